using System.Text;
using System.Text.Json;

namespace Leakstat.Tracing.Reading;

/// <summary>Follows the tokens of a document and hands on each entry of an aggregation when it is closed.</summary>
internal sealed class AggregationEntry(TraceCollector collector, int line)
{
    private readonly StringBuilder _key = new();
    private readonly StackText _stack = new(TraceLimits.Default.StackBytes);
    private int _list = -1;
    private int _keys = -1;
    private int _frames = -1;
    private long? _value;
    private string _property = "";
    private (string? Symbol, string? Module, string? Name, string? Offset) _frame;

    /// <summary>The next token.</summary>
    public void Token(ref Utf8JsonReader json)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.PropertyName:
                _property = json.GetString() ?? "";
                if (_property == "dtrace" && json.CurrentDepth == 1)
                {
                    collector.Recognise();
                }

                break;
            case JsonTokenType.StartArray:
                Open(json.CurrentDepth);
                break;
            case JsonTokenType.EndArray:
                Close(json.CurrentDepth);
                break;
            case JsonTokenType.EndObject:
                EndObject(json.CurrentDepth);
                break;
            case JsonTokenType.String:
                Scalar(json.GetString() ?? "", null);
                break;
            case JsonTokenType.Number:
                Scalar(Encoding.UTF8.GetString(json.ValueSpan), json.TryGetInt64(out long number) ? number : null);
                break;
            default:
                break;
        }
    }

    private void Open(int depth)
    {
        if (_list < 0 && _property == "aggregation-data")
        {
            _list = depth;
        }
        else if (_list >= 0 && _keys < 0 && _property == "keys")
        {
            _keys = depth;
        }
        else if (_keys >= 0 && _frames < 0 && _property == "stack-frames")
        {
            _frames = depth;
        }
    }

    private void Close(int depth)
    {
        if (depth == _frames)
        {
            _frames = -1;
        }
        else if (depth == _keys)
        {
            _keys = -1;
        }
        else if (depth == _list)
        {
            _list = -1;
        }
    }

    private void EndObject(int depth)
    {
        if (_frames >= 0)
        {
            AddFrame(_frame switch
            {
                { Symbol: { Length: > 0 } symbol } => symbol,
                { Module: { } module, Name: { } name } =>
                    $"{module}`{name}{(_frame.Offset is { } offset ? "+" + offset : "")}",
                _ => _frame.Name ?? "",
            });
            _frame = default;
        }
        else if (_list >= 0 && depth == _list + 1)
        {
            if (_value is { } value)
            {
                collector.Aggregate(Encoding.UTF8.GetBytes(_key.ToString()), _stack.Text, value, line);
            }

            _value = null;
            _key.Clear();
            _stack.Clear();
        }
    }

    private void Scalar(string text, long? number)
    {
        if (_frames >= 0)
        {
            _frame = _property switch
            {
                "symbol" => _frame with { Symbol = text },
                "module" => _frame with { Module = text },
                "name" => _frame with { Name = text },
                "offset" => _frame with { Offset = number is { } offset ? $"0x{offset:x}" : text },
                _ => _frame.Name is null ? _frame with { Name = text } : _frame,
            };
        }
        else if (_keys >= 0)
        {
            _key.Append(_key.Length > 0 ? " " : "").Append(text);
        }
        else if (_list >= 0 && number is { } value && _property is "sum" or "count" or "min" or "max" or "avg")
        {
            _value = value;
        }
    }

    private void AddFrame(string frame)
    {
        if (frame.Length > 0)
        {
            _stack.Add(Encoding.UTF8.GetBytes(frame));
        }
    }
}
