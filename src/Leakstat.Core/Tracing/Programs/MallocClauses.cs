using System.Text;

namespace Leakstat.Tracing.Programs;

/// <summary>
/// A malloc(9) type. The dtmalloc provider fires inside the allocator for this type alone and knows the size that is
/// really taken, but not the address; the address is what the allocator then returns. Release has both in its
/// arguments.
/// </summary>
internal static class MallocClauses
{
    private const string TypeName = "((struct malloc_type *){0})->ks_shortdesc";

    public static void Write(ProgramText program)
    {
        string name = program.Suspect.Name;
        string[] taken = [$"dtmalloc::{ProbeFunction(name)}:malloc"];
        string mine = ProgramText.IsName(TypeName.Replace("{0}", "arg0", StringComparison.Ordinal), name);
        string wanted = $"!closing && arg3 > 0{program.Large("arg3")} && {mine}";
        string[] returns = [.. program.Probes.MallocReturns.Select(ProgramText.Return)];

        program.Clause(
            "Another allocation begins in this thread: one that is still remembered has ended unseen.",
            program.Probes.MallocReturns.Select(ProgramText.Entry),
            "self->bytes",
            "self->bytes = 0;");
        program.Clause(
            "Inside an allocation of this type: keep its size (the bucket's) until the address is known.",
            taken,
            wanted,
            "self->bytes = arg3;",
            ProgramText.Request);
        program.StopWithoutRoom(taken, $"!self->bytes && {wanted}");
        program.Clause(
            "The allocator returns: here is the address.",
            returns,
            $"self->bytes && {ProgramText.IsKernelAddress("arg1")}{program.Sampled("arg1")}",
            program.Allocated("arg1", "self->bytes"));
        program.Clause(null, returns, "self->bytes && arg1 <= 0", ProgramText.Answer, "self->bytes = 0;");
        foreach ((string function, string type) in program.Probes.MallocReleases)
        {
            program.Clause(
                $"{function}(9) of a block of this type.",
                [ProgramText.Entry(function)],
                $"arg0 != 0{program.Sampled("arg0")} && {type} != 0 && "
                    + $"{ProgramText.IsName(TypeName.Replace("{0}", type, StringComparison.Ordinal), name)}",
                ProgramText.Released("arg0"));
        }

        program.StopAboveRate([.. returns, ProgramText.Entry("free")]);
    }

    /// <summary>
    /// The function field of the type's dtmalloc probes: white space becomes <c>_</c> (<c>sys/cddl/dev/dtmalloc</c>).
    /// What a probe description cannot hold is matched by <c>?</c>; a name that vmstat may have cut, by its beginning.
    /// The predicate then compares the whole name.
    /// </summary>
    internal static string ProbeFunction(string name)
    {
        var function = new StringBuilder(name.Length + 1);
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            char c = (char)b;
            function.Append(c switch
            {
                ' ' or (>= '\t' and <= '\r') => '_',
                '_' or '-' or '.' => c,
                _ when char.IsAsciiLetterOrDigit(c) => c,
                _ => '?',
            });
        }

        return name.Length >= 31 ? function.Append('*').ToString() : function.ToString();
    }
}
