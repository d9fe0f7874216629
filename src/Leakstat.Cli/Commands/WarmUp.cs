using System.Runtime.CompilerServices;
using Leakstat.Diagnosis.Engine;
using Leakstat.Knowledge;
using Leakstat.Model;
using Leakstat.Reports.Forms.Terminal;
using Leakstat.Reports.Views.Diagnoses;

namespace Leakstat.Cli.Commands;

/// <summary>
/// While the first thread reads the input, a second one runs the rules and the report over a capture with nothing in
/// it. What cannot be compiled ahead of time is then compiled by the time it is needed, and the tables are loaded. What
/// it finds is thrown away. The native program has nothing to compile.
/// </summary>
internal static class WarmUp
{
    /// <summary>Starts the second thread; on a single processor it would only be in the way.</summary>
    public static void Start(KnowledgeBase knowledge)
    {
        if (RuntimeFeature.IsDynamicCodeCompiled && Environment.ProcessorCount > 1)
        {
            new Thread(() => Run(knowledge)) { IsBackground = true }.Start();
        }
    }

    private static void Run(KnowledgeBase knowledge)
    {
        try
        {
            var nothing = new Capture { Source = "", Host = new HostIdentity() };
            if (new Diagnoser(knowledge).Diagnose([nothing]) is { } report)
            {
                TerminalReport.Write(report, TextWriter.Null, new TerminalOptions());
            }
        }
        // Nothing rests on it: whatever fails here fails again, and loudly, in the real run.
#pragma warning disable CA1031, RCS1075
        catch (Exception)
        {
            return;
        }
#pragma warning restore CA1031, RCS1075
    }
}
