using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Engines.Http;
using Leakstat.Engines.Metrics;
using Leakstat.Model;

namespace Leakstat.Cli.Options;

/// <summary>
/// How engines (VictoriaMetrics, Prometheus) are named on the command line, and how they are spoken to.
/// </summary>
internal sealed class EngineOptions
{
    /// <summary>What an engine may take until the headers of its answer are there.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    private const int MostToken = 64 << 10;

    /// <summary>Where samples are sent.</summary>
    public Option<string?> RemoteWrite { get; } = new("--remote-write")
    {
        Description = "send samples there by Prometheus remote write (VictoriaMetrics, Prometheus; without a path, "
            + "/api/v1/write)",
        HelpName = "URL",
    };

    /// <summary>Where hosts are read back.</summary>
    public Option<string?> From { get; } = new("--from")
    {
        Description = "read the hosts back from VictoriaMetrics or Prometheus at this address",
        HelpName = "URL",
    };

    /// <summary>A token.</summary>
    public Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = "send the token in this file to the engine (Authorization: Bearer)",
        HelpName = "FILE",
    };

    /// <summary>Labels.</summary>
    public Option<string[]> Labels { get; } = MakeLabels();

    /// <summary>A client for engines.</summary>
    public static HttpClient Client() => EngineHttp.Make(s_timeout);

    /// <summary>
    /// The address that an option names; fails with code 2 where it is none, with 3 where the token cannot be read.
    /// </summary>
    public EngineAddress Address(ParseResult parsed, Option<string?> option)
    {
        string text = parsed.GetValue(option)!;
        return EngineAddress.Parse(text, Token(parsed))
            ?? throw new CommandException(
                ExitCode.Usage, $"{option.Name} takes an address like http://127.0.0.1:8428, not '{text}'");
    }

    /// <summary>The labels, in the order given.</summary>
    public (string Name, string Value)[] LabelsOf(ParseResult parsed) =>
        [.. (parsed.GetValue(Labels) ?? []).Select(l => l.Split('=', 2)).Select(l => (l[0], l[1]))];

    private string? Token(ParseResult parsed)
    {
        if (parsed.GetValue(TokenFile) is not { } file)
        {
            return null;
        }

        try
        {
            return System.Text.Encoding.UTF8.GetString(OpenedFile.ReadAll(file, MostToken)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.NoInput, $"{file}: {FaultText.Of(e)}");
        }
    }

    private static Option<string[]> MakeLabels()
    {
        var option = new Option<string[]>("--label")
        {
            Description = "a further label of every sample, as site=fra1; may be given several times",
            HelpName = "NAME=VALUE",
        };
        option.Validators.Add(result =>
        {
            foreach (string text in result.Tokens.Select(t => t.Value))
            {
                int equals = text.IndexOf('=', StringComparison.Ordinal);
                if (!MetricTable.IsFurtherLabel(equals > 0 ? text[..equals] : ""))
                {
                    result.AddError($"--label takes NAME=VALUE with a name of letters, digits and _ that no metric "
                        + $"has, not '{text}'");
                    return;
                }
            }
        });
        return option;
    }
}
