using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Leakstat.Dump.Tests.Image;

/// <summary>Writes Compact C Type Format as <c>sys/sys/ctf.h</c> has it, version 2 (to 13) or 3 (14 on).</summary>
public sealed class CtfWriter(int version, string? parent = null)
{
    private const int Integer = 1;
    private const int PointerKind = 3;
    private const int Array = 4;
    private const int Function = 5;
    private const int Struct = 6;
    private const int Union = 7;
    private const int Forward = 9;
    private const int Typedef = 10;

    private readonly List<byte> _types = [];
    private readonly List<byte> _strings = [];
    private readonly Dictionary<string, uint> _stringAt = [];
    private readonly List<byte> _objects = [];
    private uint _last;

    private bool IsWide => version == 3;

    /// <summary>Numbers of types in a module start behind the parent's.</summary>
    private uint ChildBit => parent is null ? 0 : IsWide ? 0x80000000u : 0x8000u;

    /// <summary>Whether a writer pads in version 3 as well.</summary>
    public bool PadsFunctions { get; init; }

    public uint AddInteger(string name, int bits, bool signed, bool character = false)
    {
        uint id = Begin(Integer, name, 0, SizeOf(bits), null);
        U32(_types, ((signed ? 1u : 0) | (character ? 2u : 0)) << 24 | (uint)bits);
        return id;
    }

    public uint AddPointer(uint target) => Begin(PointerKind, "", 0, 0, target);

    public uint AddTypedef(string name, uint target) => Begin(Typedef, name, 0, 0, target);

    public uint AddForward(string name) => Begin(Forward, name, 0, 0, 0);

    public uint AddArray(uint element, uint index, uint count)
    {
        uint id = Begin(Array, "", 0, 0, null);
        Id(_types, element);
        Id(_types, index);
        U32(_types, count);
        return id;
    }

    public uint AddFunction(uint returns, params uint[] arguments)
    {
        uint id = Begin(Function, "", arguments.Length, 0, returns);
        foreach (uint argument in arguments)
        {
            Id(_types, argument);
        }

        // Padded in version 2; in version 3 not (sys/ddb/db_ctf.c).
        if (arguments.Length % 2 == 1 && (!IsWide || PadsFunctions))
        {
            Id(_types, 0);
        }

        return id;
    }

    /// <summary>A structure or union; offsets in bits.</summary>
    public uint AddStruct(string name, long size, IReadOnlyList<(string Name, uint Type, long Bit)> members, bool union = false)
    {
        uint id = Begin(union ? Union : Struct, name, members.Count, size, null);
        bool large = size >= (IsWide ? 1L << 29 : 1 << 13);
        foreach ((string member, uint type, long bit) in members)
        {
            U32(_types, String(member));
            Id(_types, type);
            if (large)
            {
                if (!IsWide)
                {
                    U16(_types, 0);
                }

                U32(_types, (uint)(bit >> 32));
                U32(_types, (uint)bit);
            }
            else if (IsWide)
            {
                U32(_types, (uint)bit);
            }
            else
            {
                U16(_types, (ushort)bit);
            }
        }

        return id;
    }

    /// <summary>Type of the next data symbol in the order of the symbol table.</summary>
    public void AddObject(uint type) => Id(_objects, type);

    /// <summary>The section.</summary>
    public byte[] ToBytes(bool compress)
    {
        uint parentName = parent is null ? 0 : String(parent);
        List<byte> body = [.. _objects];
        while (body.Count % 4 != 0)
        {
            body.Add(0);
        }

        // No function has its type noted.
        uint types = (uint)body.Count;
        body.AddRange(_types);
        uint strings = (uint)body.Count;
        body.Add(0);
        body.AddRange(_strings);

        List<byte> all = [];
        U16(all, 0xcff1);
        all.Add((byte)version);
        all.Add(compress ? (byte)1 : (byte)0);
        foreach (uint field in (uint[])[0, parentName, 0, 0, types, types, strings, (uint)_strings.Count + 1])
        {
            U32(all, field);
        }

        if (!compress)
        {
            return [.. all, .. body];
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(body.ToArray());
        }

        return [.. all, .. packed.ToArray()];
    }

    private static long SizeOf(int bits) => bits switch
    {
        <= 8 => 1,
        <= 16 => 2,
        <= 32 => 4,
        _ => 8,
    };

    private uint Begin(int kind, string name, int count, long size, uint? target)
    {
        U32(_types, String(name));
        if (IsWide)
        {
            U32(_types, ((uint)kind << 26) | (1u << 25) | (uint)count);
        }
        else
        {
            U16(_types, (ushort)((kind << 11) | (1 << 10) | count));
        }

        if (target is { } other)
        {
            Id(_types, other);
        }
        else if (size >= (IsWide ? 0xffffffffL : 0xffff))
        {
            Id(_types, IsWide ? 0xffffffff : 0xffff);
            U32(_types, (uint)(size >> 32));
            U32(_types, (uint)size);
        }
        else
        {
            Id(_types, (uint)size);
        }

        return ++_last | ChildBit;
    }

    private uint String(string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        if (!_stringAt.TryGetValue(text, out uint at))
        {
            at = (uint)_strings.Count + 1;
            _strings.AddRange(Encoding.UTF8.GetBytes(text + "\0"));
            _stringAt[text] = at;
        }

        return at;
    }

    private void Id(List<byte> to, uint id)
    {
        if (IsWide)
        {
            U32(to, id);
        }
        else
        {
            U16(to, (ushort)id);
        }
    }

    private static void U16(List<byte> to, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        to.AddRange(bytes);
    }

    private static void U32(List<byte> to, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        to.AddRange(bytes);
    }
}
