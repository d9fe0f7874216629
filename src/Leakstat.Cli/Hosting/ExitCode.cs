namespace Leakstat.Cli.Hosting;

/// <summary>Exit codes; part of what leakstat promises (scripts and CI rely on them).</summary>
public static class ExitCode
{
    /// <summary>Done; with <c>--fail-on</c>, nothing at or above that severity.</summary>
    public const int Done = 0;

    /// <summary>Done; with <c>--fail-on</c>, something at or above that severity.</summary>
    public const int Found = 1;

    /// <summary>Usage error.</summary>
    public const int Usage = 2;

    /// <summary>No input could be read.</summary>
    public const int NoInput = 3;

    /// <summary>A live target could not be reached.</summary>
    public const int Unreachable = 4;

    /// <summary>
    /// With <c>--fail-on-unknown</c>, and from <c>gate</c>: something needed for a verdict was missing, cut or not
    /// judged.
    /// </summary>
    public const int Unknown = 5;

    /// <summary>Output could not be written; a reader that closes the pipe is no error.</summary>
    public const int Output = 74;

    /// <summary>A defect in leakstat.</summary>
    public const int Defect = 70;
}
