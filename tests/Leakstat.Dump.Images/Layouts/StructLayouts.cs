using System.Globalization;

namespace Leakstat.Dump.Tests.Image;

/// <summary>A member of a structure, in bytes; a bit field's width in bits, else 0.</summary>
public sealed record Member(string Name, int Offset, int Size, string Type, int Bits = 0);

/// <summary>A structure of the kernel.</summary>
public sealed class StructLayout(string name, int size)
{
    private readonly Dictionary<string, Member> _byName = [];

    public string Name { get; } = name;

    public int Size { get; } = size;

    public List<Member> Members { get; } = [];

    public Member this[string member] => _byName.TryGetValue(member, out Member? found)
        ? found
        : throw new KeyNotFoundException($"{Name} has no {member}");

    public bool Has(string member) => _byName.ContainsKey(member);

    public void Add(Member member)
    {
        Members.Add(member);
        _byName[member.Name] = member;
    }
}

/// <summary>
/// The structures of one kernel, read from tables beside this file: what the type information of a real 14.2 kernel
/// says, and for other releases what their source says where it differs.
/// </summary>
public sealed class StructLayouts
{
    private readonly Dictionary<string, StructLayout> _structs = [];

    /// <summary>Tables in order; a later one replaces whole structures of an earlier one.</summary>
    public static StructLayouts Load(params string[] tables)
    {
        var all = new StructLayouts();
        foreach (string table in tables)
        {
            all.Read(table);
        }

        return all;
    }

    public IEnumerable<StructLayout> All => _structs.Values;

    public StructLayout this[string name] => _structs[name];

    private void Read(string table)
    {
        using Stream stream = typeof(StructLayouts).Assembly.GetManifestResourceStream(table)
            ?? throw new FileNotFoundException(table);
        using var reader = new StreamReader(stream);
        HashSet<string> started = [];
        while (reader.ReadLine() is { } line)
        {
            string[] cells = line.Split('\t');
            if (line.StartsWith('#') || cells[0] == "struct")
            {
                continue;
            }

            if (cells[1] == "-")
            {
                // Not there in that release.
                _structs.Remove(cells[0]);
                continue;
            }

            if (started.Add(cells[0]))
            {
                _structs[cells[0]] = new StructLayout(cells[0], Number(cells[1]));
            }

            _structs[cells[0]].Add(new Member(cells[2], Number(cells[3]), Number(cells[4]), cells[5],
                cells.Length > 6 && cells[6].Length > 0 ? Number(cells[6]) : 0));
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
