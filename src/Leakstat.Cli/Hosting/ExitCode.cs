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

    /// <summary>A defect in leakstat.</summary>
    public const int Defect = 70;
}
