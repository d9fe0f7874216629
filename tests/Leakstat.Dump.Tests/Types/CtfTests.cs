using Leakstat.Dump.Ctf;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Tests.Image;
using StructLayout = Leakstat.Dump.Layouts.StructLayout;

namespace Leakstat.Dump.Tests.Types;

/// <summary>Sizes of members by CTF, behind functions with an odd number of arguments, however a writer pads them.</summary>
public sealed class CtfTests
{
    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Types_behind_functions_are_at_their_places(int version, bool padded)
    {
        var ctf = new CtfWriter(version) { PadsFunctions = padded };
        uint integer = ctf.AddInteger("int", 32, signed: true);
        uint pointer = ctf.AddPointer(0);
        ctf.AddFunction(integer, pointer);
        ctf.AddFunction(integer, pointer, integer, pointer);
        ctf.AddFunction(integer, pointer, integer);
        uint word = ctf.AddTypedef("uint64_t", ctf.AddInteger("unsigned long", 64, signed: false));
        for (int i = 0; i < 20; i++)
        {
            ctf.AddFunction(word, [.. Enumerable.Repeat(integer, i)]);
            ctf.AddStruct($"s{i}", 16, [("a", integer, 0), ("b", word, 64)]);
        }

        ctf.AddStruct("pcb", 720, [("pcb_x", ctf.AddArray(word, word, 12), 0), ("pcb_sp", word, 96 * 8), ("pcb_flags", integer, 128 * 8)]);
        CtfContainer? container = CtfContainer.Read(ctf.ToBytes(compress: true), parent: null, DumpLimits.Default, out string? problem);

        Assert.Null(problem);
        StructLayout pcb = Assert.Single(container!.Find("pcb", "test"));
        Assert.Equal((720, 96, 8, 4), (pcb.Size, pcb.Fields["pcb_x"].Size, pcb.Fields["pcb_sp"].Size, pcb.Fields["pcb_flags"].Size));
        for (int i = 0; i < 20; i++)
        {
            StructLayout layout = Assert.Single(container.Find($"s{i}", "test"));
            Assert.Equal((16, 4, 8), (layout.Size, layout.Fields["a"].Size, layout.Fields["b"].Size));
        }
    }
}
