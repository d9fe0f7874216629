using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Leakstat.Model;

namespace Leakstat.History;

/// <summary>
/// Tells at which look at a running host each of its kernel messages was there first: of messages of one text, which
/// most kernels print without a time, the last so many more are the new ones.
/// </summary>
internal static class MessageAge
{
    /// <summary>The messages of a look, with those of the looks before.</summary>
    /// <param name="whole">What this look and those before it have.</param>
    /// <param name="kept">What those before it have.</param>
    /// <param name="read">What was read at this look.</param>
    /// <param name="takenAt">When this look was.</param>
    public static KernelMessages Of(
        KernelMessages whole, KernelMessages kept, KernelMessages read, DateTimeOffset? takenAt)
    {
        var look = new MessageLook((kept.Look?.Number ?? 0) + 1, takenAt, kept.Look);

        // A log that was not read before reaches further back than the buffer: what only it has need not be new.
        HashSet<string> files = [.. kept.Files.Select(NameOf)];
        MessageLook? newAt = read.Files.Select(NameOf).All(files.Contains) ? look : null;
        bool areOfBuffer = !kept.Messages.Any(m => m.IsLogged) && !read.Messages.Any(m => m.IsLogged);
        string KeyOf(KernelMessage message) =>
            areOfBuffer ? message.Mark : message.Text.Trim();
        var known = new Dictionary<string, Queue<(long Times, MessageLook? NewAt)>>();
        foreach (KernelMessage message in kept.Messages[kept.RunningBoot..])
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(known, KeyOf(message), out _) ??= [])
                .Enqueue((1L + message.Repeated, message.NewAt));
        }

        ImmutableArray<KernelMessage>.Builder messages = ImmutableArray.CreateBuilder<KernelMessage>();
        messages.AddRange(whole.Messages[..whole.RunningBoot]);
        foreach (KernelMessage message in whole.Messages[whole.RunningBoot..])
        {
            long left = 1L + message.Repeated;
            if (known.TryGetValue(KeyOf(message), out Queue<(long Times, MessageLook? NewAt)>? older))
            {
                while (left > 0 && older.TryDequeue(out (long Times, MessageLook? NewAt) old))
                {
                    long taken = Math.Min(left, old.Times);
                    messages.Add(message with { Repeated = (int)(taken - 1), NewAt = old.NewAt });
                    left -= taken;
                    if (old.Times > taken)
                    {
                        // The rest stands for the next message of that text.
                        known[KeyOf(message)] = older = new([(old.Times - taken, old.NewAt), .. older]);
                    }
                }
            }

            if (left > 0)
            {
                messages.Add(message with { Repeated = (int)(left - 1), NewAt = newAt });
            }
        }

        return whole with { Messages = messages.ToImmutable(), Look = look };
    }

    private static string NameOf(SourceFile file) => Path.GetFileName(file.Path);
}
