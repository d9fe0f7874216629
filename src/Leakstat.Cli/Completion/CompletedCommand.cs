using System.Collections.Immutable;

namespace Leakstat.Cli.Completion;

/// <summary>What may stand where a value is written.</summary>
internal enum ValueKind
{
    /// <summary>No value: a switch.</summary>
    None,

    /// <summary>Something nobody can list: a number, a name, a time.</summary>
    Text,

    /// <summary>A file or a folder.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>One of some words.</summary>
    Words,
}

/// <summary>What may stand where a value is written, with the words where it is one of some.</summary>
internal sealed record CompletedValue(ValueKind Kind, ImmutableArray<string> Words);

/// <summary>An option with all its spellings.</summary>
/// <param name="Names">Long ones first, each with its dashes.</param>
/// <param name="Description">One line.</param>
/// <param name="Value">What it takes.</param>
/// <param name="ValueName">What help calls that: <c>FILE</c>; empty for a switch.</param>
internal sealed record CompletedOption(
    ImmutableArray<string> Names, string Description, CompletedValue Value, string ValueName);

/// <summary>
/// One command as a shell completes it; those below it come in <see cref="CommandTree.Of"/> of their own.
/// </summary>
/// <param name="Path">
/// Words from below <c>leakstat</c> on, each with a blank before it: <c> dump leaks</c>; empty for the root.
/// </param>
/// <param name="Description">One line.</param>
/// <param name="Options">Its options, those of the commands above it that hold for it too among them.</param>
/// <param name="Subcommands">Names and descriptions of what may follow.</param>
/// <param name="Argument">What its arguments are; none where it takes none.</param>
internal sealed record CompletedCommand(
    string Path,
    string Description,
    ImmutableArray<CompletedOption> Options,
    ImmutableArray<(string Name, string Description)> Subcommands,
    CompletedValue Argument);
