namespace Leakstat.Dump.Layouts;

/// <summary>Where a member of a structure lies.</summary>
/// <param name="Offset">Bytes from the structure's start.</param>
/// <param name="Size">Bytes; for a bit field those of the type that holds it. 0 for a flexible array.</param>
/// <param name="BitOffset">First bit within <paramref name="Size"/> bytes; 0 for ordinary members.</param>
/// <param name="BitSize">Bits of a bit field; 0 for ordinary members.</param>
public readonly record struct FieldLayout(int Offset, int Size, int BitOffset = 0, int BitSize = 0);

/// <summary>The layout of one structure as the kernel of the dump was compiled.</summary>
/// <param name="name">Its tag: <c>uma_zone</c>.</param>
/// <param name="size">Bytes.</param>
/// <param name="fields">Members, those of unnamed inner structures among them.</param>
/// <param name="source">Where the layout was had from: <c>CTF of kernel</c>, <c>built-in layouts of 14.2</c>.</param>
public sealed class StructLayout(string name, int size, IReadOnlyDictionary<string, FieldLayout> fields, string source)
{
    /// <summary>The structure's tag.</summary>
    public string Name => name;

    /// <summary>Bytes.</summary>
    public int Size => size;

    /// <summary>Where it was had from.</summary>
    public string Source => source;

    /// <summary>Members by name.</summary>
    public IReadOnlyDictionary<string, FieldLayout> Fields => fields;

    /// <summary>Whether there is a member of that name.</summary>
    public bool Has(string field) => fields.ContainsKey(field);

    /// <summary>Offset of a member, bytes; −1 where there is none.</summary>
    public int Offset(string field) => fields.TryGetValue(field, out FieldLayout layout) ? layout.Offset : -1;
}
