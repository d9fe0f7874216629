using System.Text;
using Leakstat.Dump.Elf;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Layouts;
using Leakstat.Model;

namespace Leakstat.Dump.Dwarf;

/// <summary>
/// Layouts of structures from DWARF 2 to 5 (<c>kernel.debug</c>). The units are gone through once, until all structures
/// of <see cref="NeededFields"/> are found.
/// </summary>
internal sealed class DwarfStructures
{
    private readonly ElfFile _file;
    private readonly DumpLimits _limits;
    private readonly DumpProblems _problems;
    private readonly Lazy<Dictionary<string, List<StructLayout>>> _found;
    private DwarfSections _sections = DwarfSections.None;

    public DwarfStructures(ElfFile file, DumpLimits limits, DumpProblems problems)
    {
        _file = file;
        _limits = limits;
        _problems = problems;
        _found = new Lazy<Dictionary<string, List<StructLayout>>>(Scan);
    }

    /// <summary>Layouts of a structure.</summary>
    public IEnumerable<StructLayout> Find(string name) =>
        _found.Value.TryGetValue(name, out List<StructLayout>? all) ? all : [];

    private Dictionary<string, List<StructLayout>> Scan()
    {
        var found = new Dictionary<string, List<StructLayout>>(StringComparer.Ordinal);
        if (DwarfSections.Read(_file) is not { } sections)
        {
            _problems.Add(
                DiagnosticId.DamagedDump, _file.Bytes.Name, "its debug information cannot be expanded; it is not used");
            return found;
        }

        _sections = sections;
        var wanted = NeededFields.All.Select(f => f.Structure).ToHashSet(StringComparer.Ordinal);
        var wantedBytes = wanted.Select(Encoding.Latin1.GetBytes).ToList();
        var abbreviations = new Dictionary<long, Dictionary<ulong, Abbreviation>>();
        long next = 0;
        while (next >= 0 && next < _sections.Info.Length && wanted.Count > 0)
        {
            if (DwarfUnitReader.Read(_sections, next, abbreviations, _limits, out next) is not { } unit)
            {
                continue;
            }

            ScanUnit(unit, wanted, wantedBytes, found);
        }

        return found;
    }

    private void ScanUnit(
        DwarfUnit unit, HashSet<string> wanted, List<byte[]> wantedBytes, Dictionary<string, List<StructLayout>> found)
    {
        long at = unit.First;
        while (at < unit.End && wanted.Count > 0)
        {
            long place = at;
            if (!DwarfUnitReader.TryEntry(_sections, unit, at, out DwarfEntry entry) || entry.Next <= at)
            {
                return;
            }

            at = entry.Next;
            if (entry.Kind is null
                || entry.Kind.Tag is not (DwarfTag.Structure or DwarfTag.Union)
                || entry.IsDeclaration
                || entry.NameAt < 0)
            {
                continue;
            }

            ReadOnlySpan<byte> name = _sections.Name(entry, _limits.NameBytes);
            foreach (byte[] one in wantedBytes)
            {
                if (name.SequenceEqual(one))
                {
                    string text = Encoding.Latin1.GetString(one);
                    if (wanted.Contains(text))
                    {
                        Add(unit, place, text, wanted, found);
                    }

                    break;
                }
            }
        }
    }

    private void Add(
        DwarfUnit unit, long place, string name, HashSet<string> wanted, Dictionary<string, List<StructLayout>> found)
    {
        var fields = new Dictionary<string, FieldLayout>(StringComparer.Ordinal);
        int budget = _limits.StructMembers;
        if (!DwarfUnitReader.TryEntry(_sections, unit, place, out DwarfEntry entry)
            || entry.ByteSize is < 0 or > int.MaxValue)
        {
            return;
        }

        AddMembers(unit, entry, 0, fields, 0, ref budget);
        var layout = new StructLayout(
            name, (int)entry.ByteSize, fields, $"DWARF of {Path.GetFileName(_file.Bytes.Name)}");
        if (!found.TryGetValue(name, out List<StructLayout>? all))
        {
            found.Add(name, all = []);
        }

        all.Add(layout);
        if (NeededFields.Mark(name) is not { } mark || layout.Has(mark))
        {
            wanted.Remove(name);
        }
    }

    private void AddMembers(
        DwarfUnit unit,
        DwarfEntry structure,
        long start,
        Dictionary<string, FieldLayout> fields,
        int depth,
        ref int budget)
    {
        if (!structure.Kind!.HasChildren || depth > _limits.TypeDepth)
        {
            return;
        }

        long at = structure.Next;
        int level = 0;
        while (at < unit.End && budget-- > 0)
        {
            if (!DwarfUnitReader.TryEntry(_sections, unit, at, out DwarfEntry entry) || entry.Next <= at)
            {
                return;
            }

            at = entry.Next;
            if (entry.Kind is null)
            {
                if (level-- == 0)
                {
                    return;
                }

                continue;
            }

            if (level == 0 && entry.Kind.Tag == DwarfTag.Member)
            {
                AddMember(unit, entry, start, fields, depth, ref budget);
            }

            level += entry.Kind.HasChildren ? 1 : 0;
        }
    }

    private void AddMember(
        DwarfUnit unit,
        DwarfEntry member,
        long start,
        Dictionary<string, FieldLayout> fields,
        int depth,
        ref int budget)
    {
        long size = SizeOf(unit, member.Type, 0);
        long bits = (start + member.Location) * 8;
        if (member.DataBitOffset >= 0)
        {
            bits = (start * 8) + member.DataBitOffset;
        }
        else if (member.OldBitOffset >= 0)
        {
            bits += ((member.ByteSize >= 0 ? member.ByteSize : size) * 8) - member.OldBitOffset - member.BitSize;
        }

        if (bits is < 0 or > int.MaxValue)
        {
            return;
        }

        if (member.NameAt < 0)
        {
            if (Resolve(unit, member.Type) is { Kind.Tag: DwarfTag.Structure or DwarfTag.Union } inner)
            {
                AddMembers(unit, inner, bits / 8, fields, depth + 1, ref budget);
            }

            return;
        }

        fields.TryAdd(
            Encoding.Latin1.GetString(_sections.Name(member, _limits.NameBytes)),
            new FieldLayout((int)(bits / 8), (int)Math.Min(size, int.MaxValue), (int)(bits % 8), member.BitSize));
    }

    private DwarfEntry? Resolve(DwarfUnit unit, long place)
    {
        for (int i = 0; i < _limits.TypeDepth && place >= unit.First && place < unit.End; i++)
        {
            if (!DwarfUnitReader.TryEntry(_sections, unit, place, out DwarfEntry entry) || entry.Kind is null)
            {
                return null;
            }

            if (entry.Kind.Tag is not (DwarfTag.Typedef or DwarfTag.Const or DwarfTag.Volatile or DwarfTag.Restrict
                or DwarfTag.Atomic))
            {
                return entry;
            }

            place = entry.Type;
        }

        return null;
    }

    private long SizeOf(DwarfUnit unit, long place, int depth)
    {
        if (depth > _limits.TypeDepth || Resolve(unit, place) is not { } entry)
        {
            return 0;
        }

        switch (entry.Kind!.Tag)
        {
            case DwarfTag.Pointer:
                return entry.ByteSize >= 0 ? entry.ByteSize : unit.AddressSize;
            case DwarfTag.Array:
                long size = SizeOf(unit, entry.Type, depth + 1);
                long at = entry.Next;
                for (int i = 0; i < 16 && entry.Kind.HasChildren; i++)
                {
                    if (!DwarfUnitReader.TryEntry(_sections, unit, at, out DwarfEntry range) || range.Kind is null)
                    {
                        break;
                    }

                    size = range.Count < 0 || (size > 0 && range.Count > int.MaxValue / size) ? 0 : size * range.Count;
                    at = range.Next;
                }

                return size;
            default:
                return Math.Max(0, entry.ByteSize);
        }
    }
}
