namespace Leakstat.Captures.Libxo;

/// <summary>What stands at a place of a JSON document.</summary>
internal enum JsonToken
{
    /// <summary>Nothing read yet, or nothing wrong.</summary>
    None,

    /// <summary>The text ends before the document does.</summary>
    Cut,

    /// <summary>No JSON (RFC 8259) from here on.</summary>
    Malformed,

    /// <summary>An object or array within more others than is allowed.</summary>
    TooDeep,

    /// <summary>Name of a member; the colon behind it is taken.</summary>
    Name,

    /// <summary>A string, without its quotes, as written.</summary>
    String,

    /// <summary>A number, as written.</summary>
    Number,

    /// <summary><c>true</c>, <c>false</c>, <c>null</c>.</summary>
    Literal,

    StartObject,
    EndObject,
    StartArray,
    EndArray,
}
