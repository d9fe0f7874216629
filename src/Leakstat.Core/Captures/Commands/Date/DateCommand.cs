namespace Leakstat.Captures.Commands.Date;

/// <summary><c>date</c>.</summary>
internal static class DateCommand
{
    /// <summary>All that is known of it.</summary>
    public static CommandDescriptor Descriptor { get; } = new()
    {
        Text = new DateText(),
    };
}
