using System.Collections.Immutable;

namespace Leakstat.Model;

/// <summary>One line of the kernel message buffer or of a log that holds it.</summary>
/// <param name="Text">The message, without syslog's time and host where there were such.</param>
/// <param name="Line">Line in the file.</param>
public readonly record struct KernelMessage(string Text, int Line)
{
    /// <summary>
    /// How often syslogd(8) says that it came again right behind: <c>last message repeated 5 times</c>.
    /// </summary>
    public int Repeated { get; init; }

    /// <summary>
    /// Time since boot as the kernel printed it in front (<c>kern.msgbuf_show_timestamp</c>); null where it did not.
    /// </summary>
    public string? Uptime { get; init; }

    /// <summary>
    /// What one message of a buffer is told from others by; two looks at one buffer print it alike.
    /// </summary>
    public string Mark => Uptime is null ? Text.Trim() : $"{Uptime} {Text.Trim()}";

    /// <summary>
    /// Whether syslogd(8) wrote it, with time and host in front. The same message without those is in the buffer of
    /// dmesg(8) that the log was filled from, or is quoted.
    /// </summary>
    public bool IsLogged { get; init; }

    /// <summary>
    /// Whether the text only speaks of it, in a sentence or in what somebody else wrote: no line of a log, and perhaps
    /// none of this host.
    /// </summary>
    public bool IsQuoted { get; init; }

    /// <summary>
    /// Whether it stands in a text under no command that printed it: then it may be younger than what stands in front
    /// of it. What dmesg(8) prints is older than dmesg.
    /// </summary>
    public bool IsLoose { get; init; }

    /// <summary>The file, where it is not that of the messages that this is among; else null.</summary>
    public SourceFile? File { get; init; }

    /// <summary>
    /// The look at the host that had it first, where a look of the same boot before that had not; else null: when it
    /// came is not known.
    /// </summary>
    public MessageLook? NewAt { get; init; }

    /// <summary>
    /// Whether a boot begins here: the kernel prints the marker since 11; before it the copyright is the first line.
    /// </summary>
    public bool StartsBoot =>
        Text.Contains("---<<BOOT>>---", StringComparison.Ordinal)
        || Text.StartsWith("Copyright (c) 1992-", StringComparison.Ordinal);
}

/// <summary>The kernel messages that matter to memory, out of dmesg(8), a log, or several of them.</summary>
/// <param name="File">The file, or the one that was read as the message buffer.</param>
/// <param name="Messages">All lines kept, in order.</param>
/// <param name="TotalLines">Number of lines the files have.</param>
public sealed record KernelMessages(SourceFile File, ImmutableArray<KernelMessage> Messages, int TotalLines)
{
    /// <summary>Which of the looks at the running host this is; null where there was no other.</summary>
    public MessageLook? Look { get; init; }

    /// <summary>The files that they are from, <see cref="File"/> first.</summary>
    public IEnumerable<SourceFile> Files =>
        Messages.Select(message => message.File).OfType<SourceFile>().Prepend(File).Distinct();

    /// <summary>Whether the file is the message buffer itself, by its name, and no log.</summary>
    public bool IsBuffer => Path.GetFileName(File.Path).StartsWith("dmesg", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Where in <see cref="Messages"/> the running boot begins; the marker and the copyright behind it are one
    /// beginning. 0 where no boot begins in them.
    /// </summary>
    public int RunningBoot
    {
        get
        {
            int start = Messages.Length - 1;
            while (start > 0 && !Messages[start].StartsBoot)
            {
                start--;
            }

            return start > 0 && Messages[start - 1].StartsBoot ? start - 1 : Math.Max(start, 0);
        }
    }

    /// <summary>
    /// What the buffer holds since the running kernel booted, from its first line on; nothing where that line is lost,
    /// or where the file is a log.
    /// </summary>
    public IEnumerable<KernelMessage> OfRunningBoot =>
        IsBuffer && RunningBoot < Messages.Length && Messages[RunningBoot].StartsBoot
            ? Messages.Skip(RunningBoot).Where(message => message is { IsQuoted: false, File: null })
            : [];

    /// <summary>Where a message stands.</summary>
    public SourceLine At(KernelMessage message) => new(message.File ?? File, message.Line);
}
