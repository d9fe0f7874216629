using System.CommandLine;
using Leakstat.Cli.Hosting;
using Leakstat.Cli.Options;

namespace Leakstat.Cli.Commands;

/// <summary>
/// <c>leakstat serve</c>: dashboard, API and metrics of a fleet. A program of its own beside this one, so that no other
/// command needs the web server's runtime; it takes this one's place in the process.
/// </summary>
internal static class ServeCommand
{
    private const string Runtime = "Microsoft.AspNetCore.App 10.";
    private const string Library = "leakstat-serve.dll";

    private sealed record ServeOptions(
        Option<string?> Config,
        Option<bool> Check,
        Option<string?> Listen,
        Option<string?> Store,
        Option<string[]> Spool,
        Option<string?> RemoteWrite,
        Option<bool> DryRun);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var options = new ServeOptions(
            new Option<string?>("--config", "-c")
            {
                Description = "file of settings, leakstat.toml (docs/serve.md)",
                HelpName = "FILE",
            },
            new Option<bool>("--check") { Description = "look at the settings, say what is wrong, and end" },
            new Option<string?>("--listen")
            {
                Description = "address and port (default 127.0.0.1:8417)",
                HelpName = "ADDRESS:PORT",
            },
            new Option<string?>("--store")
            {
                Description = "the history store (default leakstat.db)",
                HelpName = "FILE",
            },
            new Option<string[]>("--spool")
            {
                Description = "a spool to read as it grows; may be repeated",
                HelpName = "FOLDER",
                DefaultValueFactory = _ => [],
            },
            new EngineOptions().RemoteWrite,
            new Option<bool>("--dry-run")
            {
                Description = "say on standard error what would be told as alerts; tell nobody, and keep nothing of it",
            });
        var command = new Command("serve", "dashboard, JSON API and metrics of many hosts; takes their pushes")
        {
            options.Config, options.Check, options.Listen, options.Store, options.Spool, options.RemoteWrite,
            options.DryRun,
        };
        command.SetAction(parsed => Run(parsed, options));
        return command;
    }

    private static int Run(ParseResult parsed, ServeOptions options)
    {
        string dotnet = Dotnet()
            ?? throw new CommandException(
                ExitCode.Usage,
                "serve needs the ASP.NET Core 10 runtime, and dotnet is not on PATH "
                    + "(Debian: aspnetcore-runtime-10.0; FreeBSD: pkg install dotnet)");
        string library = Place()
            ?? throw new CommandException(
                ExitCode.Usage,
                $"serve is a program of its own, {Library}, which is not beside this one: an archive of a release "
                    + "has it (LEAKSTAT_SERVE=FILE names another place)");
        if (!HasRuntime(dotnet))
        {
            throw new CommandException(
                ExitCode.Usage,
                $"serve needs the ASP.NET Core 10 runtime; {dotnet} has no {Runtime}x "
                    + "(Debian: aspnetcore-runtime-10.0; FreeBSD: pkg install dotnet)");
        }

        return ProgramReplacement.Run(dotnet, [library, .. Arguments(parsed, options)])
            ?? throw new CommandException(ExitCode.Usage, $"{dotnet}: cannot be run");
    }

    /// <summary>The options again, in the one form that the server reads, and how this program is called.</summary>
    private static IEnumerable<string> Arguments(ParseResult parsed, ServeOptions options)
    {
        foreach ((string name, string? value) in ((string, string?)[])
        [
            ("--config", parsed.GetValue(options.Config)),
            ("--listen", parsed.GetValue(options.Listen)),
            ("--store", parsed.GetValue(options.Store)),
            ("--remote-write", parsed.GetValue(options.RemoteWrite)),
            .. parsed.GetValue(options.Spool)!.Select(spool => ("--spool", (string?)spool)),
            .. Program().Select(word => ("--program", (string?)word)),
        ])
        {
            if (value is not null)
            {
                yield return name;
                yield return value;
            }
        }

        if (parsed.GetValue(options.Check))
        {
            yield return "--check";
        }

        if (parsed.GetValue(options.DryRun))
        {
            yield return "--dry-run";
        }
    }

    /// <summary>This program as it is started: by itself, or by the runtime.</summary>
    private static string[] Program()
    {
        string path = Environment.ProcessPath ?? "leakstat";
        string own = Path.Combine(AppContext.BaseDirectory, "leakstat.dll");
        return Path.GetFileNameWithoutExtension(path) == "dotnet" && File.Exists(own) ? [path, own] : [path];
    }

    /// <summary>Where the server is: named in the environment, else beside this program.</summary>
    private static string? Place()
    {
        string here = AppContext.BaseDirectory;
        string[] places = Environment.GetEnvironmentVariable("LEAKSTAT_SERVE") is { Length: > 0 } named
            ? [named]
            : [Path.Combine(here, "serve", Library), Path.Combine(here, Library)];
        return Array.Find(places, File.Exists);
    }

    private static string? Dotnet()
    {
        IEnumerable<string> folders = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root)
        {
            folders = folders.Prepend(root);
        }

        return folders.Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"))
            .FirstOrDefault(File.Exists);
    }

    private static bool HasRuntime(string dotnet)
    {
        using var children = new ChildProcesses();
        if (children.Start(dotnet, ["--list-runtimes"]) is not { } process)
        {
            return false;
        }

        using (process)
        {
            process.StandardInput.Close();
            string runtimes = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return runtimes.Contains(Runtime, StringComparison.Ordinal);
        }
    }
}
