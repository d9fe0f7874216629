using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Leakstat.Engines.Http;
using Leakstat.Engines.Settings;
using Leakstat.Model;
using Leakstat.Platform;
using Leakstat.Serve.Health;
using Leakstat.Serve.Settings;
using Leakstat.Serve.Web;
using Leakstat.Store.Errors;

namespace Leakstat.Serve;

/// <summary>
/// What <c>leakstat serve</c> hands over: settings and what the command line says in their place. All that can be wrong
/// is found before anything is listened on.
/// </summary>
internal sealed class ServerCommand(Journal journal)
{
    private const int MostSettings = 4 << 20;
    private const int Usage = 2;
    private const int NoInput = 3;

    /// <summary>What a receiver of alerts may take to answer: those behind it wait as long.</summary>
    private static readonly TimeSpan s_receiver = TimeSpan.FromSeconds(10);

    private readonly List<SettingsProblem> _problems = [];

    /// <summary>Runs it; gives the exit code.</summary>
    public async Task<int> RunAsync(ServeArguments arguments)
    {
        using HttpClient client = EngineHttp.Make(s_receiver);
        if (Settings(arguments, client) is not { } settings)
        {
            return NoInput;
        }

        (AccessKeys? keys, string? random) = Keys(settings, arguments.Config ?? "");
        (X509Certificate2 Own, X509Certificate2Collection Chain)? certificate = Certificate(settings);
        _problems.ForEach(problem => journal.Write(problem.ToString()));
        if (_problems.Count > 0 || keys is null)
        {
            return Usage;
        }

        if (!settings.IsLoopback && certificate is null)
        {
            journal.Write(
                $"{settings.Listen} is not this machine alone, and there is no [tls]: tokens and captures can be read "
                    + "on the way unless something in front of it encrypts");
        }

        if (arguments.Check)
        {
            journal.Write("the settings are in order");
            return 0;
        }

        try
        {
            return await new ServeRun(settings, arguments.Program, journal, TimeProvider.System)
                .RunAsync(keys, certificate, random).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StoreException or InvalidDataException)
        {
            journal.Write(e.Message);
            return NoInput;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            journal.Write(FaultText.Of(e));
            return Usage;
        }
    }

    /// <summary>Settings of the file, or what the command line says in their place; null where none are read.</summary>
    private ServeSettings? Settings(ServeArguments arguments, HttpClient client)
    {
        var settings = new ServeSettings();
        if (arguments.Config is { } file)
        {
            try
            {
                string text = Encoding.UTF8.GetString(OpenedFile.ReadAll(file, MostSettings));
                (settings, ImmutableArray<SettingsProblem> problems) = SettingsFile.Read(
                    file, text, client, name => OpenedFile.ReadAll(name), arguments.Store);
                _problems.AddRange(problems);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                journal.Write($"{file}: {FaultText.Of(e)}");
                return null;
            }
        }

        return settings with
        {
            Listen = arguments.Listen ?? settings.Listen,
            Store = arguments.Store ?? settings.Store,
            Spools = arguments.Spools.IsEmpty ? settings.Spools : arguments.Spools,
            RemoteWrite = WithToken(
                arguments.RemoteWrite is { } url
                    ? (settings.RemoteWrite ?? new RemoteWriteSettings(url)) with { Url = url }
                    : settings.RemoteWrite),
            IsDryRun = arguments.IsDryRun,
        };
    }

    /// <summary>The same with what stands in the file of its token.</summary>
    private RemoteWriteSettings? WithToken(RemoteWriteSettings? engine)
    {
        if (engine?.TokenFile is { } file)
        {
            Reading(
                file,
                () => engine = engine with
                {
                    Token = Encoding.UTF8.GetString(OpenedFile.ReadAll(file, MostSettings)).Trim(),
                });
        }

        return engine;
    }

    /// <summary>The tokens; a random one where no file is named and only this machine can reach the server.</summary>
    private (AccessKeys? Keys, string? Random) Keys(ServeSettings settings, string file)
    {
        AccessSettings access = settings.Access;
        string? random = null;
        List<(string, string)> readers = [];
        List<(string, string)> hosts = [];
        if (access.TokenFile is { } one)
        {
            Reading(one, () => readers.Add(("reader", Tokens.ReadOne(one))));
        }
        else if (!access.IsOpen)
        {
            if (!settings.IsLoopback)
            {
                _problems.Add(new SettingsProblem(
                    file.Length > 0 ? file : "--listen",
                    1,
                    $"{settings.Listen} can be reached from elsewhere: name a token in [access] token_file, or say "
                        + "open = true there"));
            }

            random = Tokens.Random();
            readers.Add(("reader", random));
        }

        if (access.HostsFile is { } many)
        {
            Reading(many, () => hosts.AddRange(Tokens.ReadHosts(many, _problems)));
        }

        return _problems.Count > 0
            ? (null, null)
            : (new AccessKeys(new Tokens(readers), new Tokens(hosts), access.IsOpen), random);
    }

    private (X509Certificate2 Own, X509Certificate2Collection Chain)? Certificate(ServeSettings settings)
    {
        if (settings.Tls is not { } tls)
        {
            return null;
        }

        try
        {
            string text = Encoding.UTF8.GetString(OpenedFile.ReadAll(tls.Certificate, MostSettings));
            string key = Encoding.UTF8.GetString(OpenedFile.ReadAll(tls.Key, MostSettings));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(text);
            return (X509Certificate2.CreateFromPem(text, key), chain);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException
            or UnauthorizedAccessException)
        {
            string why = e is IOException or UnauthorizedAccessException ? FaultText.Of(e) : e.Message;
            _problems.Add(new SettingsProblem(tls.Certificate, 1, $"no certificate with the key {tls.Key}: {why}"));
            return null;
        }
    }

    private void Reading(string file, Action read)
    {
        try
        {
            read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _problems.Add(new SettingsProblem(file, 1, FaultText.Of(e)));
        }
    }
}
