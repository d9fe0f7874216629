using System.Globalization;

namespace Leakstat.Tracing.Programs;

/// <summary>
/// Whatever a module's own code takes by malloc(9), of any type: calls that come from the addresses where it is loaded.
/// A release can come from anywhere, so the addresses that are followed are kept in the kernel.
/// </summary>
internal static class ModuleClauses
{
    public static void Write(ProgramText program)
    {
        ModuleRange range = program.Suspect.Module
            ?? throw new InvalidOperationException("a module is followed by where it is loaded");
        string isMine = string.Create(
            CultureInfo.InvariantCulture,
            $"!closing && caller >= 0x{range.Address:x}ULL && caller < 0x{range.Address + range.Bytes:x}ULL");
        (string Function, string Bytes)[] functions = [.. program.Probes.MallocEntries];
        string[] entries = [.. functions.Select(f => ProgramText.Entry(f.Function))];
        program.Requested(entries, isMine);
        program.Forget(entries);
        foreach ((string function, string bytes) in functions)
        {
            string[] entry = [ProgramText.Entry(function)];
            program.Clause(
                $"{function}(9), called by the module.",
                entry,
                $"{isMine} && !self->depth",
                [
                    $"self->bytes = {bytes};",
                    "self->depth = stackdepth + 1;",
                    .. program.Probes.Forwarding.Contains(function) ? (string[])["self->forwards = 1;"] : [],
                ]);
            program.StopWithoutRoom(entry, $"{isMine} && !self->depth");
        }

        string[] returns =
        [
            .. program.Probes.MallocReturns.Concat(["realloc", "reallocf"]).Distinct(StringComparer.Ordinal).Select(
                ProgramText.Return),
        ];
        program.Returned(returns, "live[arg1] = 1;", "self->address = arg1;");
        program.StopWithoutRoom(returns, "self->address && self->address == arg1 && !live[arg1]");
        program.Clause(null, returns, "self->address", "self->address = 0;");
        string[] releases = [.. program.Probes.MallocReleases.Select(r => ProgramText.Entry(r.Function)).Distinct(
            StringComparer.Ordinal)];
        program.Clause(
            "Release of a block that the module took.",
            releases,
            "live[arg0]",
            [.. ProgramText.Released("arg0"), "live[arg0] = 0;"]);
        program.StopAboveRate([.. returns, ProgramText.Entry("free")]);
    }
}
