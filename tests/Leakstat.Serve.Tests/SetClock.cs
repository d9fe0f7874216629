namespace Leakstat.Serve.Tests;

/// <summary>A clock that stands until it is set.</summary>
internal sealed class SetClock : TimeProvider
{
    /// <summary>The time, UTC.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Thrown the next time somebody asks for the time; null for nothing.</summary>
    public Exception? Fault { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => Now.UtcTicks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        if (Fault is { } fault)
        {
            Fault = null;
            throw fault;
        }

        return Now;
    }
}
