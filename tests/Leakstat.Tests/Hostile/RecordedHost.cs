#pragma warning disable CA1416 // Modes of files: these tests run where they are.
using System.Diagnostics;

namespace Leakstat.Tests.Hostile;

/// <summary>A host that answers as a recorded one did, without sshd: what stands for ssh runs the command here.</summary>
internal static class RecordedHost
{
    /// <summary>Makes it in a folder; gives what is run in place of ssh.</summary>
    public static string Ssh(string folder, string recording)
    {
        string ssh = Path.Combine(folder, "ssh");
        if (!File.Exists(ssh))
        {
            Directory.CreateDirectory(folder);
            using Process made = Process.Start("sh", [Path.Combine(Given.Root, "tests/replay/host"), Given.Data(recording), Path.Combine(folder, "commands")]);
            made.WaitForExit();
            Assert.Equal(0, made.ExitCode);
            File.WriteAllText(ssh, $"#!/bin/sh\nfor last; do :; done\nPATH='{folder}/commands':$PATH exec sh -c \"$last\"\n");
            File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return ssh;
    }
}
