namespace Leakstat.Tracing.Programs;

/// <summary>
/// Pages that the kernel takes for itself, by address: what no zone and no type shows (DMA and contiguous memory), and
/// beside it slabs and large malloc(9) blocks, which their stacks tell apart.
/// </summary>
internal static class KmemClauses
{
    public static void Write(ProgramText program)
    {
        string[] entries = [.. program.Probes.KmemAllocations.Select(ProgramText.Entry)];
        string[] returns = [.. program.Probes.KmemAllocations.Select(ProgramText.Return)];
        string wanted = $"!closing{program.Large("arg1")}";
        program.Requested(entries, wanted);
        program.Forget(entries);
        program.Clause(
            "Pages are taken: remember how many bytes and how deep, until the address is known.",
            entries,
            $"{wanted} && !self->depth",
            "self->bytes = arg1;",
            "self->depth = stackdepth + 1;");
        program.StopWithoutRoom(entries, $"{wanted} && !self->depth");
        program.Returned(returns);
        program.Clause(
            "Pages are given back.",
            [ProgramText.Entry("kmem_free")],
            $"arg0 != 0{program.Sampled("arg0")}",
            ProgramText.Released("arg0"));
        program.StopAboveRate([.. returns, ProgramText.Entry("kmem_free")]);
    }
}
