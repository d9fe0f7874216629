namespace Leakstat.Fuzz.Mutilations;

/// <summary>What happens to outputs on their way into a mail, a forum or a ticket.</summary>
public enum MutilationKind
{
    /// <summary>The same in front of every line: line numbers, a file's name, a mark. Can be undone.</summary>
    Prefix,

    /// <summary>Blanks or tabs in front of every line. Can be undone.</summary>
    Indent,

    /// <summary>Quoted, up to three deep. Can be undone.</summary>
    Quote,

    /// <summary>Quoted-printable, HTML entities, tags, other line ends. Can be undone.</summary>
    Encoding,

    /// <summary>Broken at blanks, at some width. Can be undone.</summary>
    Wrap,

    /// <summary>The end is missing.</summary>
    Cut,

    /// <summary>Prose between and within the outputs.</summary>
    Prose,

    /// <summary>The outputs of two hosts, one behind the other.</summary>
    TwoHosts,
}

/// <summary>Which kinds can be undone.</summary>
public static class MutilationKinds
{
    /// <summary>Whether nothing is lost: what is read must be the same.</summary>
    public static bool IsReversible(this MutilationKind kind) => kind <= MutilationKind.Wrap;
}
