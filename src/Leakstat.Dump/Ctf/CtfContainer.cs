using System.Buffers.Binary;
using System.Text;
using Leakstat.Dump.Elf;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Layouts;

namespace Leakstat.Dump.Ctf;

/// <summary>
/// The types in a <c>.SUNW_ctf</c> section, of version 2 (up to 12) and 3 (13 and later), compressed or not
/// (<c>sys/sys/ctf.h</c>). A module's section refers to the kernel's for the types they share.
/// </summary>
public sealed class CtfContainer
{
    private readonly byte[] _data;
    private readonly CtfHeader _header;
    private readonly CtfContainer? _parent;
    private readonly int[] _types;
    private readonly DumpLimits _limits;
    private readonly Lazy<Dictionary<string, List<uint>>> _structs;

    private CtfContainer(byte[] data, CtfHeader header, int[] types, CtfContainer? parent, DumpLimits limits)
    {
        _data = data;
        _header = header;
        _types = types;
        _parent = parent;
        _limits = limits;
        _structs = new Lazy<Dictionary<string, List<uint>>>(FindStructs);
    }

    /// <summary>Reads a section; null and a problem where it is no such section or damaged.</summary>
    /// <param name="section">The section's bytes.</param>
    /// <param name="parent">The kernel's container, for a module; null for the kernel.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="problem">What is wrong.</param>
    public static CtfContainer? Read(
        ReadOnlySpan<byte> section, CtfContainer? parent, DumpLimits limits, out string? problem)
    {
        if (CtfHeader.Read(section) is not { } header)
        {
            problem = "is not CTF of version 2 or 3";
            return null;
        }

        if (header.StringOffset < header.TypeOffset || header.StringLength > (uint)limits.SectionBytes
            || header.StringOffset > (uint)limits.SectionBytes - header.StringLength)
        {
            problem = "has a header that contradicts itself";
            return null;
        }

        int size = (int)(header.StringOffset + header.StringLength);
        ReadOnlySpan<byte> rest = section[CtfHeader.Size..];
        byte[]? data = header.IsCompressed
            ? ElfFile.Inflate(rest, size)
            : rest.Length >= size ? rest[..size].ToArray() : null;
        if (data is null)
        {
            problem = "is cut or its compressed data is damaged";
            return null;
        }

        // How the arguments of a function are padded has no bearing but on where the next type begins: to an even
        // number in version
        // 2, not at all in version 3 (sys/ddb/db_ctf.c). Should that not end exactly where the strings begin, or lead
        // to types of no
        // kind, the other way is tried.
        ReadOnlySpan<byte> types = data.AsSpan((int)header.TypeOffset, (int)(header.StringOffset - header.TypeOffset));
        int[]? offsets = CtfRecord.Offsets(
            types, header, evenArguments: header.Version == 2, limits, out bool whole, out int unknown);
        if (!whole || unknown > 0)
        {
            int[]? other = CtfRecord.Offsets(
                types, header, evenArguments: header.Version != 2, limits, out bool otherWhole, out int otherUnknown);
            if (otherWhole && (!whole || otherUnknown < unknown))
            {
                (offsets, whole) = (other, true);
            }
        }

        problem = whole ? null : "has types that do not end where they should; those before are used";
        return new CtfContainer(data, header, offsets, parent, limits);
    }

    /// <summary>
    /// The layouts of structures and unions of that name, in the order of the section: files may define different ones
    /// (<c>struct elf_file</c> of link_elf.c and link_elf_obj.c).
    /// </summary>
    public IEnumerable<StructLayout> Find(string name, string source)
    {
        if (!_structs.Value.TryGetValue(name, out List<uint>? ids))
        {
            yield break;
        }

        foreach (uint id in ids)
        {
            CtfRecord record = Record(id);
            var fields = new Dictionary<string, FieldLayout>(StringComparer.Ordinal);
            int budget = _limits.StructMembers;
            AddMembers(record, 0, fields, 0, ref budget);
            if (record.Size is >= 0 and <= int.MaxValue)
            {
                yield return new StructLayout(name, (int)record.Size, fields, source);
            }
        }
    }

    /// <summary>
    /// Members with those of unnamed inner structures; bit positions are counted from the start of the outermost.
    /// </summary>
    private void AddMembers(
        CtfRecord record, long start, Dictionary<string, FieldLayout> fields, int depth, ref int budget)
    {
        if (depth > _limits.TypeDepth)
        {
            return;
        }

        for (int i = 0; i < record.Length && budget > 0; i++, budget--)
        {
            if (!record.TryMember(i, out uint nameAt, out uint type, out ulong bits) || bits > int.MaxValue)
            {
                break;
            }

            long at = start + (long)bits;
            ReadOnlySpan<byte> name = NameAt(nameAt);
            if (name.IsEmpty)
            {
                if (Resolve(type) is { Kind: CtfKind.Struct or CtfKind.Union } inner)
                {
                    inner.Owner!.AddMembers(inner, at, fields, depth + 1, ref budget);
                }

                continue;
            }

            (long size, int bitSize) = SizeOf(type, 0);
            fields.TryAdd(
                Encoding.Latin1.GetString(name),
                new FieldLayout((int)(at / 8), (int)Math.Min(size, int.MaxValue), (int)(at % 8), bitSize));
        }
    }

    /// <summary>Bytes of a type, and bits of a bit field.</summary>
    private (long Size, int Bits) SizeOf(uint id, int depth)
    {
        if (depth > _limits.TypeDepth || Resolve(id) is not { } record)
        {
            return (0, 0);
        }

        switch (record.Kind)
        {
            case CtfKind.Integer or CtfKind.Float:
                int bits = record.TryIntegerBits(out int given) ? given : 0;
                return (record.Size, bits > 0 && bits != record.Size * 8 ? bits : 0);
            case CtfKind.Pointer:
                return (8, 0);
            case CtfKind.Array:
                if (!record.TryArray(out uint contents, out uint count))
                {
                    return (0, 0);
                }

                (long element, _) = record.Owner!.SizeOf(contents, depth + 1);
                return (element > 0 && count > int.MaxValue / element ? 0 : element * count, 0);
            case CtfKind.Struct or CtfKind.Union or CtfKind.Enum:
                return (record.Size, 0);
            default:
                return (0, 0);
        }
    }

    /// <summary>The type behind typedefs and qualifiers; null where it leads nowhere.</summary>
    private CtfRecord? Resolve(uint id)
    {
        CtfContainer owner = this;
        for (int i = 0; i < _limits.TypeDepth; i++)
        {
            CtfRecord record = owner.Record(id);
            if (record.Owner is null)
            {
                return null;
            }

            if (record.Kind is not (CtfKind.Typedef or CtfKind.Volatile or CtfKind.Const or CtfKind.Restrict))
            {
                return record;
            }

            owner = record.Owner;
            id = record.Reference;
        }

        return null;
    }

    private CtfRecord Record(uint id)
    {
        bool child = id >= _header.ChildStart;
        CtfContainer? owner = _parent is not null && !child ? _parent : this;
        uint index = child ? id - _header.ChildStart : id;
        return index == 0 || index > (uint)owner._types.Length
            ? default
            : new CtfRecord(
                owner, owner._data.AsMemory((int)owner._header.TypeOffset + owner._types[index - 1]), owner._header);
    }

    private ReadOnlySpan<byte> NameAt(uint reference) => reference >> 31 != 0 || reference >= _header.StringLength
        ? default
        : ElfFile.Name(
            _data.AsSpan((int)_header.StringOffset, (int)_header.StringLength), reference, _limits.NameBytes);

    private Dictionary<string, List<uint>> FindStructs()
    {
        var found = new Dictionary<string, List<uint>>(StringComparer.Ordinal);
        uint first = _parent is null ? 0 : _header.ChildStart;
        for (int i = 0; i < _types.Length; i++)
        {
            uint id = first + (uint)i + 1;
            CtfRecord record = Record(id);
            ReadOnlySpan<byte> name = record.Kind is CtfKind.Struct or CtfKind.Union && record.Length > 0
                ? NameAt(record.Name)
                : default;
            if (name.IsEmpty)
            {
                continue;
            }

            string text = Encoding.Latin1.GetString(name);
            if (!found.TryGetValue(text, out List<uint>? ids))
            {
                found.Add(text, ids = new List<uint>(1));
            }

            if (ids.Count < 16)
            {
                ids.Add(id);
            }
        }

        return found;
    }
}

/// <summary>The header of a CTF section.</summary>
internal readonly record struct CtfHeader(
    int Version, bool IsCompressed, uint TypeOffset, uint StringOffset, uint StringLength)
{
    public const int Size = 36;

    /// <summary>First id of a type of this container, where another holds shared types.</summary>
    public uint ChildStart => Layout.FirstChild;

    /// <summary>How its records are laid out.</summary>
    public CtfLayout Layout => CtfLayout.Of(Version);

    public static CtfHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != CtfLayout.Magic
            || bytes[2] is not (2 or 3))
        {
            return null;
        }

        return new CtfHeader(
            bytes[2],
            (bytes[3] & CtfLayout.Compressed) != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]));
    }
}
