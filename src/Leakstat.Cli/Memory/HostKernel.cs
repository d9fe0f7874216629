using System.Globalization;
using Leakstat.Cli.Hosting.Files;
using Leakstat.Dump.Live;

namespace Leakstat.Cli.Memory;

/// <summary>
/// Fetches the kernel that a host runs, and the modules that it has loaded, from where the host says that they are.
/// </summary>
internal sealed class HostKernel(TargetSession session)
{
    private const long MostBytes = 512 << 20;
    private const int MostModules = 1024;

    /// <summary>Fetches them into a new folder; modules that cannot be read are left out and told.</summary>
    /// <exception cref="LiveMemoryException">The kernel cannot be read.</exception>
    public void Fetch(string folder, Action<string> told)
    {
        string kernel = session.Text("sysctl -n kern.bootfile") ?? "";
        if (!IsPlain(kernel))
        {
            throw new LiveMemoryException(
                $"kern.bootfile is '{kernel}', no path; name a folder with its kernel and modules with --kernel");
        }

        PrivateFiles.MakeFolder(folder);
        if (!TryFetch(kernel, Path.Combine(folder, "kernel")))
        {
            throw new LiveMemoryException(
                $"its kernel {kernel} cannot be read; name a folder with its kernel and modules with --kernel");
        }

        string said = session.Text("kldstat -v | sed -n 's/.*(\\(\\/.*\\.ko\\))$/\\1/p'") ?? "";
        foreach (string module in said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Take(MostModules))
        {
            string place = Path.Combine(folder, Path.GetFileName(module));
            if (!IsPlain(module) || File.Exists(place) || !TryFetch(module, place))
            {
                told($"module {module} cannot be read: what it does is known by its name only");
            }
        }
    }

    private bool TryFetch(string path, string place)
    {
        if (session.Text($"wc -c <'{path}'") is not { } said
            || !long.TryParse(said.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long size)
            || size is <= 0 or > MostBytes)
        {
            return false;
        }

        // What is shorter than it was ends the shell, what is longer is cut: nothing is taken for the end of
        // something else.
        session.Send(string.Create(
            CultureInfo.InvariantCulture,
            $"head -c {size} '{path}' </dev/null 2>/dev/null || exit {TargetSession.Exhausted}\n"));
        using FileStream file = PrivateFiles.Create(place);
        byte[] buffer = new byte[64 << 10];
        for (long left = size; left > 0;)
        {
            int part = (int)Math.Min(left, buffer.Length);
            if (!session.TryRead(buffer.AsSpan(0, part)))
            {
                _ = session.IsExhausted();
                return false;
            }

            file.Write(buffer, 0, part);
            left -= part;
        }

        return true;
    }

    /// <summary>Whether a path is one that needs no quoting and leads nowhere odd.</summary>
    private static bool IsPlain(string path) => path.Length is > 1 and < 512 && path[0] == '/'
        && path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '+')
        && !path.Contains("..", StringComparison.Ordinal);
}
