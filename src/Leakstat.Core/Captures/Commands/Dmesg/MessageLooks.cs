using System.Collections.Immutable;
using Leakstat.Model;

namespace Leakstat.Captures.Commands.Dmesg;

/// <summary>
/// All looks at the kernel's messages that a capture has: outputs of dmesg(8), logs, pieces in a paste. They are added
/// up two by two in the end, so that a thousand looks cost little more than the longest.
/// </summary>
internal sealed class MessageLooks : IGatheredPart
{
    private readonly List<(SourceFile File, ImmutableArray<KernelMessage>.Builder Messages, int Lines)> _looks = [];

    /// <summary>Adds a look. A piece of a paste goes on with the one before: they are one buffer's.</summary>
    /// <param name="file">The file.</param>
    /// <param name="messages">Its messages; taken over.</param>
    /// <param name="lines">Number of lines.</param>
    /// <param name="isPiece">Whether neither a command nor the mark of a boot begins it.</param>
    public MessageLooks With(
        SourceFile file, ImmutableArray<KernelMessage>.Builder messages, int lines, bool isPiece)
    {
        if (isPiece && _looks is [.., var last] && last.File == file)
        {
            last.Messages.AddRange(messages);
            _looks[^1] = last with { Lines = last.Lines + lines };
        }
        else
        {
            _looks.Add((file, messages, lines));
        }

        return this;
    }

    /// <inheritdoc/>
    public object Finish()
    {
        List<KernelMessages> whole =
            [.. _looks.Select(look => new KernelMessages(look.File, look.Messages.ToImmutable(), look.Lines))];
        while (whole.Count > 1)
        {
            whole =
            [
                .. whole.Chunk(2).Select(pair => pair.Length == 1 ? pair[0] : MessageUnion.Of(pair[0], pair[1])),
            ];
        }

        return whole[0];
    }
}
