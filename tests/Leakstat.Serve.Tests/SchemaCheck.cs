using System.Text.Json;
using System.Text.RegularExpressions;

namespace Leakstat.Serve.Tests;

/// <summary>
/// Holds JSON to the part of JSON Schema that the description of the API is written in. A word of the schema that it
/// does not know is a fault of the test, so that nothing that is written goes unchecked.
/// </summary>
internal sealed class SchemaCheck(JsonElement document)
{
    private static readonly HashSet<string> s_notes = ["description", "summary", "format"];

    /// <summary>What is wrong with a value, each with its place; nothing where all is well.</summary>
    public List<string> Of(JsonElement schema, JsonElement value)
    {
        List<string> faults = [];
        Check(schema, value, "$", faults);
        return faults;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> faults)
    {
        foreach (JsonProperty word in schema.EnumerateObject())
        {
            switch (word.Name)
            {
                case "$ref":
                    Check(Resolve(word.Value.GetString()!), value, at, faults);
                    break;
                case "type":
                    Fault(IsOfType(word.Value.GetString()!, value), $"{at} is no {word.Value}");
                    break;
                case "const":
                    Fault(JsonElement.DeepEquals(word.Value, value), $"{at} is not {word.Value}");
                    break;
                case "enum":
                    Fault(word.Value.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)), $"{at}: {value} is none of {word.Value}");
                    break;
                case "pattern":
                    Fault(
                        Regex.IsMatch(value.GetString()!, word.Value.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)),
                        $"{at}: {value} is not like {word.Value}");
                    break;
                case "minimum":
                    Fault(value.GetDouble() >= word.Value.GetDouble(), $"{at}: {value} is too small");
                    break;
                case "items":
                    foreach ((int i, JsonElement item) in value.EnumerateArray().Index())
                    {
                        Check(word.Value, item, $"{at}[{i}]", faults);
                    }

                    break;
                case "properties":
                    foreach (JsonProperty property in word.Value.EnumerateObject())
                    {
                        if (value.TryGetProperty(property.Name, out JsonElement inner))
                        {
                            Check(property.Value, inner, $"{at}.{property.Name}", faults);
                        }
                    }

                    break;
                case "required":
                    foreach (JsonElement name in word.Value.EnumerateArray())
                    {
                        Fault(value.TryGetProperty(name.GetString()!, out _), $"{at} has no {name}");
                    }

                    break;
                case "additionalProperties" when word.Value.ValueKind == JsonValueKind.False:
                    JsonElement known = schema.GetProperty("properties");
                    foreach (JsonProperty property in value.EnumerateObject())
                    {
                        Fault(known.TryGetProperty(property.Name, out _), $"{at} has {property.Name}, which nothing describes");
                    }

                    break;
                default:
                    Fault(s_notes.Contains(word.Name), $"the test does not know {word.Name}");
                    break;
            }
        }

        void Fault(bool holds, string text)
        {
            if (!holds)
            {
                faults.Add(text);
            }
        }
    }

    private JsonElement Resolve(string reference) => reference.Split('/').Skip(1)
        .Aggregate(document, (element, name) => element.GetProperty(name));

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => false,
    };
}
