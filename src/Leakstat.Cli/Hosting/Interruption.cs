using System.Runtime.InteropServices;

namespace Leakstat.Cli.Hosting;

/// <summary>A first SIGINT or SIGTERM ends what is going on in good order; a second one ends the process.</summary>
internal static class Interruption
{
    /// <summary>Cancels on a signal until it is disposed.</summary>
    public static IDisposable Of(CancellationTokenSource end)
    {
        var signals = new Registrations();
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = !end.IsCancellationRequested;
                end.Cancel();
            }));
        }

        return signals;
    }

    private sealed class Registrations : List<PosixSignalRegistration>, IDisposable
    {
        public void Dispose() => ForEach(signal => signal.Dispose());
    }
}
