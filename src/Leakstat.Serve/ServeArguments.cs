using System.Collections.Immutable;
using System.Net;
using Leakstat.Engines.Http;
using Leakstat.Serve.Settings;

namespace Leakstat.Serve;

/// <summary>
/// What <c>leakstat serve</c> says to this program, an option and its value each; people write to that command, which
/// knows the options by their descriptions.
/// </summary>
internal sealed record ServeArguments
{
    /// <summary>The file of settings; null for none.</summary>
    public string? Config { get; private init; }

    /// <summary>Whether only the settings are looked at.</summary>
    public bool Check { get; private init; }

    /// <summary>Address and port in place of those of the settings.</summary>
    public IPEndPoint? Listen { get; private init; }

    /// <summary>The store in place of that of the settings.</summary>
    public string? Store { get; private init; }

    /// <summary>Spools in place of those of the settings.</summary>
    public ImmutableArray<string> Spools { get; private init; } = [];

    /// <summary>The engine that samples are sent to, in place of that of the settings.</summary>
    public string? RemoteWrite { get; private init; }

    /// <summary>Whether alerts are told to the journal alone.</summary>
    public bool IsDryRun { get; private init; }

    /// <summary>The program <c>leakstat</c>, and what stands in front of its arguments.</summary>
    public ImmutableArray<string> Program { get; private init; } = ["leakstat"];

    /// <summary>Reads them; null with what is wrong.</summary>
    public static (ServeArguments? Arguments, string Problem) Read(ReadOnlySpan<string> words)
    {
        var arguments = new ServeArguments();
        List<string> program = [];
        for (int i = 0; i < words.Length; i++)
        {
            string option = words[i];
            if (option is "--check" or "--dry-run")
            {
                arguments = option == "--check"
                    ? arguments with { Check = true }
                    : arguments with { IsDryRun = true };
                continue;
            }

            if (++i == words.Length)
            {
                return (null, $"{option}: a value is missing, or there is no such option; see leakstat serve --help");
            }

            string value = words[i];
            switch (option)
            {
                case "--config":
                    arguments = arguments with { Config = value };
                    break;
                case "--listen" when SettingsFile.Endpoint(value) is { } listen:
                    arguments = arguments with { Listen = listen };
                    break;
                case "--listen":
                    return (null, $"--listen takes an address with a port, 127.0.0.1:8417, not '{value}'");
                case "--store":
                    arguments = arguments with { Store = value };
                    break;
                case "--spool":
                    arguments = arguments with { Spools = arguments.Spools.Add(value) };
                    break;
                case "--remote-write" when EngineAddress.Parse(value) is not null:
                    arguments = arguments with { RemoteWrite = value };
                    break;
                case "--remote-write":
                    return (null, $"--remote-write takes an address like http://127.0.0.1:8428, not '{value}'");
                case "--program":
                    program.Add(value);
                    break;
                default:
                    return (null, $"{option}: no such option; see leakstat serve --help");
            }
        }

        return (program.Count > 0 ? arguments with { Program = [.. program] } : arguments, "");
    }
}
