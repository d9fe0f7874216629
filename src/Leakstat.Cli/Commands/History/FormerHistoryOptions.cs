using System.CommandLine;
using System.CommandLine.Parsing;

namespace Leakstat.Cli.Commands.History;

/// <summary>
/// What <c>history</c> was told by options before it had subcommands: <c>--list</c>, <c>--export</c>, <c>--prune</c>,
/// <c>--check</c>. Scripts have them; help does not show them.
/// </summary>
internal sealed class FormerHistoryOptions(HistoryStoreOptions store)
{
    /// <summary>List.</summary>
    public Option<bool> List { get; } = new("--list") { Hidden = true };

    /// <summary>Export, and in which form.</summary>
    public Option<string?> Export { get; } = MakeExport();

    /// <summary>Prune.</summary>
    public Option<bool> Prune { get; } = new("--prune") { Hidden = true };

    /// <summary>Check.</summary>
    public Option<bool> Check { get; } = new("--check") { Hidden = true };

    /// <summary>What is listed and exported.</summary>
    public ChoiceOptions Choice { get; } = new();

    /// <summary>What pruning keeps.</summary>
    public RetentionOptions Retention { get; } = new();

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[List, Export, Prune, Check, .. Choice.All, .. Retention.All])
        {
            option.Hidden = true;
            command.Add(option);
        }

        command.Validators.Add(Validate);
    }

    private void Validate(CommandResult result)
    {
        int actions = (result.GetValue(List) ? 1 : 0) + (result.GetValue(Export) is null ? 0 : 1)
            + (result.GetValue(Prune) ? 1 : 0) + (result.GetValue(Check) ? 1 : 0);
        bool hasSources = result.GetValue(store.Sources) is { Length: > 0 };
        bool isExport = result.GetValue(Export) is not null;
        bool hasKeep = Given(result, Retention.All);
        if (actions > 1)
        {
            result.AddError("--list, --export, --prune and --check exclude each other");
        }
        else if (hasSources && (isExport || result.GetValue(Check)))
        {
            result.AddError("sources are loaded; --export and --check read the store alone");
        }
        else if (!isExport && Given(result, Choice.OfExport))
        {
            result.AddError("--series, --kind, --from and --to belong to --export");
        }
        else if (hasKeep != result.GetValue(Prune))
        {
            result.AddError(hasKeep
                ? "--keep-captures, --keep-hours, --keep-days and --max-size belong to --prune"
                : $"--prune {RetentionOptions.Needed}");
        }
    }

    private static bool Given(CommandResult result, IEnumerable<Option> options) =>
        options.Any(option => result.GetResult(option) is { Implicit: false });

    private static Option<string?> MakeExport()
    {
        var option = new Option<string?>("--export") { HelpName = ChoiceOptions.Forms };
        option.AcceptOnlyFromAmong("csv", "jsonl");
        return option;
    }
}
