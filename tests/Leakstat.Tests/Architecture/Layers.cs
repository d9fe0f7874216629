using System.Collections.Immutable;

namespace Leakstat.Tests.Architecture;

/// <summary>
/// The order of the folders of each assembly, lowest first: a folder uses only itself, what is below it in this list, and
/// the assemblies below its own. A row names folders that know nothing of each other. A folder that is not named belongs to
/// the row of the nearest folder above it. docs/architecture.md shows the same rows; a test compares them.
/// </summary>
internal static class Layers
{
    /// <summary>Assemblies, lowest first: file name, first part of its namespaces, and its rows.</summary>
    public static ImmutableArray<(string Assembly, string Root, ImmutableArray<string> Rows)> All { get; } =
    [
        ("Leakstat.Model", "Leakstat.Model", ["Model"]),
        ("Leakstat.Core", "Leakstat",
        [
            "Detection | Knowledge | Captures/Text",
            "Accounting | Captures",
            "Captures/Libxo | Captures/Secrets",
            "Captures/Commands",
            "Captures/Registry",
            "Captures/Transcripts",
            "Captures/Sources",
            "Captures/Scrub",
            "History",
            "Tracing",
            "Tracing/Programs | Tracing/Reading",
            "Diagnosis/Contracts",
            "Diagnosis/Owners | Diagnosis/Messages | Diagnosis/Advising | Diagnosis/Growth | Diagnosis/Signatures",
            "Diagnosis/Limits | Diagnosis/Network | Diagnosis/Leaks | Diagnosis/Rounds | Diagnosis/TwoHosts",
            "Diagnosis/Rules",
            "Diagnosis/Verdicts",
            "Diagnosis/Engine",
            "Diagnosis/Gate | Fleet",
            "Reports/Forms/Text",
            "Reports/Forms/Terminal | Reports/Forms/Json | Reports/Forms/Html",
            "Reports/Forms",
            "Reports/Views/Findings",
            "Reports/Views/Plots | Reports/Views/Ledgers | Reports/Views/Traces | Reports/Views/Histories",
            "Reports/Views/Comparisons | Reports/Views/Detections | Reports/Views/Tuning | Reports/Views/Gates",
            "Reports/Views/Diagnoses | Reports/Views/Explanations",
            "Reports/Views/Fleets",
            "Reports",
            "Watch",
        ]),
        ("Leakstat.Dump", "Leakstat.Dump", ["Dump"]),
        ("Leakstat.Store", "Leakstat.Store", ["Store"]),
        ("Leakstat.Engines", "Leakstat.Engines",
        [
            "Engines/Http | Engines/Metrics | Engines/Settings",
            "Engines/Writing | Engines/Alerts | Engines/Dashboards",
            "Engines/Queries | Engines/Alerts/Receivers",
            "Engines/Alerts/Settings",
        ]),
        ("Leakstat.Platform", "Leakstat.Platform", ["Platform"]),
        ("leakstat-serve", "Leakstat.Serve",
        [
            "Serve/Settings | Serve/Health",
            "Serve/Intake | Serve/Judging",
            "Serve/Alerting | Serve/RemoteWriting",
            "Serve/Metrics | Serve/Pages",
            "Serve/Web",
            "Serve",
        ]),
        ("leakstat", "Leakstat.Cli",
        [
            "Cli/Hosting/Screen",
            "Cli/Hosting",
            "Cli/Hosting/Files",
            "Cli/Options | Cli/Completion",
            "Cli/Targets",
            "Cli/Dumps",
            "Cli/Memory",
            "Cli/Sources",
            "Cli/Commands/Dump",
            "Cli/Cores",
            "Cli/Commands",
            "Cli/Commands/Gates | Cli/Commands/Traces | Cli/Commands/Watching | Cli/Commands/History",
            "Cli",
        ]),
    ];

    /// <summary>
    /// Circles of folders that there still are. The list only shrinks: a circle that is not in it fails the test, and so
    /// does one in it that is gone.
    /// </summary>
    public static ImmutableArray<string> CirclesLeft { get; } =
    [
    ];

    /// <summary>A namespace as the folder that it is, without the first part: <c>Diagnosis/Growth</c>.</summary>
    public static string Folder(string name) =>
        name == "Leakstat" ? "" : name["Leakstat.".Length..].Replace('.', '/');

    /// <summary>Place of a folder in the order, and the folder of its row; -1 where no row has it.</summary>
    public static (int Row, string Named) PlaceOf(string folder)
    {
        int row = 0;
        (int Row, string Named) place = (-1, "");
        foreach (string names in All.SelectMany(a => a.Rows))
        {
            foreach (string name in names.Split(" | "))
            {
                if ((folder == name || folder.StartsWith(name + "/", StringComparison.Ordinal)) && name.Length > place.Named.Length)
                {
                    place = (row, name);
                }
            }

            row++;
        }

        return place;
    }
}
