using System.Globalization;
using Leakstat.Dump.Dwarf;
using Leakstat.Dump.Elf;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Layouts;

namespace Leakstat.Dump.Tests.Types;

/// <summary>Layouts read from what a compiler wrote are those that the compiler used: <c>Data/dwarf/structs.c</c>.</summary>
public sealed class DwarfTests
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Data", "dwarf");

    [Theory]
    [InlineData("gcc-dwarf4.elf")]
    [InlineData("gcc-dwarf5.elf")]
    [InlineData("gcc-dwarf5-z.elf")]
    public void Members_lie_where_the_compiler_put_them(string name)
    {
        DwarfStructures structures = Open(File.ReadAllBytes(Path.Combine(Folder, name)));

        foreach (string line in File.ReadLines(Path.Combine(Folder, "offsets.tsv")))
        {
            string[] row = line.Split('\t');
            StructLayout layout = Assert.Single(structures.Find(row[0]));
            Assert.Equal((row[0], Number(row[1])), (layout.Name, layout.Size));
            FieldLayout field = layout.Fields[row[2]];
            Assert.Equal((row[2], Number(row[3]), Number(row[4])), (row[2], field.Offset, field.Size));
        }
    }

    [Theory]
    [InlineData("gcc-dwarf4.elf")]
    [InlineData("gcc-dwarf5.elf")]
    public void Bit_fields_say_which_bits(string name)
    {
        StructLayout keg = Assert.Single(Open(File.ReadAllBytes(Path.Combine(Folder, name))).Find("uma_keg"));

        // uint32_t uk_size:12, uk_rsize:20 behind two pointers' worth of bytes: bits 0 and 12 of the word at 16.
        FieldLayout size = keg.Fields["uk_size"];
        FieldLayout stride = keg.Fields["uk_rsize"];
        Assert.Equal((128, 12), ((size.Offset * 8) + size.BitOffset, size.BitSize));
        Assert.Equal((140, 20), ((stride.Offset * 8) + stride.BitOffset, stride.BitSize));
    }

    [Fact]
    public void A_structure_of_that_name_without_the_wanted_member_is_not_taken_for_it()
    {
        DwarfStructures structures = Open(File.ReadAllBytes(Path.Combine(Folder, "gcc-dwarf5.elf")));
        var types = new Leakstat.Dump.Target.KernelTypes([structures.Find]);

        Assert.NotEmpty(structures.Find("elf_file"));
        Assert.Null(types.Find("elf_file"));
    }

    [Fact]
    public void Damaged_debug_information_is_read_as_far_as_it_goes()
    {
        byte[] whole = File.ReadAllBytes(Path.Combine(Folder, "gcc-dwarf5.elf"));
        var random = new Random(20261121);
        int read = 0;
        int found = 0;
        for (int round = 0; round < 400; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = 0; i < 1 + (round % 16); i++)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            using DumpBytes bytes = DumpBytes.Of("damaged", round % 5 == 0 ? damaged[..random.Next(damaged.Length)] : damaged);
            if (ElfFile.Read(bytes, DumpLimits.Default) is { } elf)
            {
                read++;
                StructLayout[] layouts = [.. new DwarfStructures(elf, DumpLimits.Default, new DumpProblems(DumpLimits.Default)).Find("vm_page")];
                found += layouts.Any(l => l.Has("plinks")) ? 1 : 0;
                Assert.All(layouts, layout =>
                {
                    Assert.True(layout.Size >= 0, $"round {round}: {layout.Size} bytes");
                    Assert.True(layout.Fields.Count <= DumpLimits.Default.StructMembers, $"round {round}: {layout.Fields.Count} members");
                    Assert.All(layout.Fields, field => Assert.True(field.Value is { Offset: >= 0, Size: >= 0 }, $"round {round}: {field.Key} {field.Value}"));
                });
            }
        }

        // A few damaged bytes of many leave most files readable, and the structure in most of those.
        Assert.True(read > 200, $"{read} of 400 files were read");
        Assert.True(found > 100, $"the structure was found in {found} files");
    }

    private static DwarfStructures Open(byte[] content)
    {
        ElfFile? elf = ElfFile.Read(DumpBytes.Of("structs", content), DumpLimits.Default);
        Assert.NotNull(elf);
        return new DwarfStructures(elf, DumpLimits.Default, new DumpProblems(DumpLimits.Default));
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
