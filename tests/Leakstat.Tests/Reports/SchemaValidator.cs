using System.Text.Json;
using System.Text.RegularExpressions;

namespace Leakstat.Tests.Reports;

/// <summary>
/// Checks JSON against the part of JSON Schema 2020-12 that docs/schema uses. Strict: a keyword that it does not know fails, so that
/// no schema says more than is checked.
/// </summary>
internal sealed class SchemaValidator
{
    private static readonly string[] s_notes = ["$schema", "$id", "$defs", "title", "description", "format"];

    private readonly JsonElement _root;
    private readonly List<string> _faults = [];

    private SchemaValidator(JsonElement root) => _root = root;

    /// <summary>What in a value is not as the schema says, with its place; nothing where all is.</summary>
    public static List<string> Check(JsonElement schema, JsonElement value)
    {
        var validator = new SchemaValidator(schema);
        validator.Check(schema, value, "$");
        return validator._faults;
    }

    private void Check(JsonElement schema, JsonElement value, string at)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject().Where(k => !s_notes.Contains(k.Name)))
        {
            Check(keyword, schema, value, at);
        }
    }

    private void Check(JsonProperty keyword, JsonElement schema, JsonElement value, string at)
    {
        JsonElement argument = keyword.Value;
        switch (keyword.Name)
        {
            case "$ref" when !argument.GetString()!.StartsWith('#'):
                // Beside this one: the name is that of its $id.
                using (JsonDocument other = JsonDocument.Parse(File.ReadAllText(Path.Combine(Given.Root, "docs/schema", $"leakstat.{argument.GetString()}"))))
                {
                    _faults.AddRange(SchemaValidator.Check(other.RootElement, value).Select(fault => $"{at}: {fault}"));
                }

                break;
            case "$ref":
                Check(_root.GetProperty("$defs").GetProperty(argument.GetString()!["#/$defs/".Length..]), value, at);
                break;
            case "type":
                Require(IsOfType(value, argument.GetString()!), at, $"is no {argument}: {Short(value)}");
                break;
            case "const":
                Require(JsonElement.DeepEquals(argument, value), at, $"is {Short(value)}, not {argument}");
                break;
            case "enum":
                Require(argument.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)), at, $"is {Short(value)}, none of {argument}");
                break;
            case "pattern":
                Require(Regex.IsMatch(value.GetString()!, argument.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(5)), at, $"is {Short(value)}");
                break;
            case "minimum":
                Require(value.GetDouble() >= argument.GetDouble(), at, $"is {value}");
                break;
            case "maximum":
                Require(value.GetDouble() <= argument.GetDouble(), at, $"is {value}");
                break;
            case "oneOf":
                List<string>[] faults = [.. argument.EnumerateArray().Select(option => Option(option, value))];
                Require(faults.Count(f => f.Count == 0) == 1, at, $"is not just one of the forms: {string.Join("; ", faults.SelectMany(f => f.Take(2)))}");
                break;
            case "required" when value.ValueKind == JsonValueKind.Object:
                foreach (JsonElement name in argument.EnumerateArray())
                {
                    Require(value.TryGetProperty(name.GetString()!, out _), at, $"lacks {name}");
                }

                break;
            case "properties" when value.ValueKind == JsonValueKind.Object:
                foreach (JsonProperty member in value.EnumerateObject().Where(m => argument.TryGetProperty(m.Name, out _)))
                {
                    Check(argument.GetProperty(member.Name), member.Value, $"{at}.{member.Name}");
                }

                break;
            case "additionalProperties" when value.ValueKind == JsonValueKind.Object:
                bool hasProperties = schema.TryGetProperty("properties", out JsonElement properties);
                foreach (JsonProperty member in value.EnumerateObject().Where(m => !hasProperties || !properties.TryGetProperty(m.Name, out _)))
                {
                    if (argument.ValueKind == JsonValueKind.Object)
                    {
                        Check(argument, member.Value, $"{at}.{member.Name}");
                    }
                    else
                    {
                        Require(argument.GetBoolean(), at, $"has {member.Name}");
                    }
                }

                break;
            case "items" when value.ValueKind == JsonValueKind.Array:
                foreach ((int index, JsonElement item) in value.EnumerateArray().Index())
                {
                    Check(argument, item, $"{at}[{index}]");
                }

                break;
            case "required" or "properties" or "additionalProperties" or "items":
                break;
            default:
                throw new NotSupportedException($"{at}: the keyword {keyword.Name} is not checked");
        }
    }

    private List<string> Option(JsonElement option, JsonElement value)
    {
        var validator = new SchemaValidator(_root);
        validator.Check(option, value, "$");
        return validator._faults;
    }

    private void Require(bool isSo, string at, string fault)
    {
        if (!isSo)
        {
            _faults.Add($"{at} {fault}");
        }
    }

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? text[..60] : value.GetRawText();

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out _) || value.TryGetUInt64(out _)),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => throw new NotSupportedException(type),
    };
}
