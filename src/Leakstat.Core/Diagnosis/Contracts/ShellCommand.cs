using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Leakstat.Diagnosis.Contracts;

/// <summary>
/// A command ready to be pasted into a shell. Written as an interpolated string, its text is the command and whatever
/// is filled in becomes one word or a part of one (<see cref="ShellWord"/>): no name out of a capture can end the word,
/// let alone begin a command. The one way for rules to print a command.
/// </summary>
[InterpolatedStringHandler]
public sealed class ShellCommand : IEquatable<ShellCommand>
{
    private readonly StringBuilder _text;

    /// <summary>Begins a command; called by the compiler.</summary>
    public ShellCommand(int literalLength, int formattedCount) =>
        _text = new StringBuilder(literalLength + (formattedCount * 24));

    /// <summary>
    /// A command in which nothing is filled in. Never a text that was put together: that is what the type is against.
    /// </summary>
    public static implicit operator ShellCommand(string constant)
    {
        var command = new ShellCommand(constant.Length, 0);
        command.AppendLiteral(constant);
        return command;
    }

    /// <summary>The command's text.</summary>
    public static implicit operator string(ShellCommand command) => command.ToString();

    /// <summary>Appends a part of the command itself.</summary>
    public void AppendLiteral(string text) => _text.Append(text);

    /// <summary>Appends a name or a part of one, in quotes where it needs them.</summary>
    public void AppendFormatted(string text) => _text.Append(ShellWord.Plain(text));

    /// <summary>Appends a word.</summary>
    public void AppendFormatted(ShellWord word) => _text.Append(word);

    /// <summary>Appends a number.</summary>
    public void AppendFormatted(long number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>Appends a part of a command that was put together in the same way.</summary>
    public void AppendFormatted(ShellCommand part) => _text.Append(part._text);

    /// <inheritdoc/>
    public bool Equals(ShellCommand? other) => other is not null && _text.Equals(other._text);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ShellCommand);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(ToString(), StringComparison.Ordinal);

    /// <summary>The command's text.</summary>
    public override string ToString() => _text.ToString();
}
