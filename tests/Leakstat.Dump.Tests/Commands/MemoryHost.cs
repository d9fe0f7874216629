#pragma warning disable CA1416 // Modes of files: these tests run where they are.

using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary>
/// A running machine behind a real sshd: its memory is a file in place of <c>/dev/mem</c> that is written to while it is read, and
/// <c>/dev/kmem</c> leads there by the kernel's place.
/// </summary>
internal sealed class MemoryHost : IDisposable
{
    public const int Number = 3;

    private const string Script = "#!/bin/sh\n";

    private readonly string _folder;
    private readonly FileStream _memory;
    private readonly CancellationTokenSource _end = new();
    private Thread? _running;

    public MemoryHost(LoopbackHosts hosts, RunningMachine machine)
    {
        Hosts = hosts;
        Machine = machine;
        _folder = Path.Combine(hosts.Folder, "memory");
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        Directory.CreateDirectory(Devices);
        hosts.Set(Number, "memory");
        string boot = Path.Combine(_folder, "boot");
        machine.Crashed.WriteKernel(boot);
        Put("uname", $"case $1 in -s) echo FreeBSD ;; -m) echo {(machine.Machine.Options.IsArm ? "arm64" : "amd64")} ;; esac\n");
        Put("sysctl", $"case $2 in kern.bootfile) echo '{boot}/kernel' ;; kern.boottime) echo '{{ sec = 1795190000, usec = 1 }} Fri' ;; *) echo 0 ;; esac\n");
        Put("kldstat", $"for f in '{boot}'/*.ko; do [ ! -f \"$f\" ] || echo \" 2 1 0x0 0x0 x.ko ($f)\"; done\n");
        ulong from = machine.Machine.Kernel.Address >> 12;
        ulong to = machine.Machine.Kernel.Physical >> 12;
        AddressSpace space = machine.Machine.Space;
        (ulong direct, ulong directEnd, ulong memory) = (space.Direct(space.DirectPhysical) >> 12, space.DirectEnd >> 12, space.DirectPhysical >> 12);
        Put("dd", $$"""
            for word; do
                case $word in skip=*) skip=${word#skip=} ;; count=*) count=${word#count=} ;; if=*) from=${word#if=} ;; esac
            done
            case $from in
                */kmem)
                    if [ "$skip" -ge {{direct}} ] && [ "$skip" -lt {{directEnd}} ]; then skip=$((skip - {{direct}} + {{memory}}))
                    else skip=$((skip - {{from}} + {{to}})); [ "$skip" -ge {{to}} ] || exit 1; fi ;;
            esac
            if [ -e '{{_folder}}/break' ]; then
                echo x >>'{{_folder}}/break'
                if [ "$(wc -l <'{{_folder}}/break')" -gt 30 ]; then rm '{{_folder}}/break'; kill -9 $PPID; fi
            fi
            exec {{(File.Exists("/usr/bin/dd") ? "/usr/bin/dd" : "/bin/dd")}} if='{{Devices}}/mem' bs=4096 skip=$skip count=$count

            """);
        File.WriteAllText(Path.Combine(Devices, "kmem"), "");
        _memory = new FileStream(Path.Combine(Devices, "mem"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _memory.SetLength((long)machine.Machine.Memory.End);
        WriteBack();
    }

    public LoopbackHosts Hosts { get; }

    public RunningMachine Machine { get; }

    public string Target => Hosts.Target(Number);

    public string Devices => Path.Combine(_folder, "dev");

    /// <summary>The next connection breaks while memory is read.</summary>
    public void BreakOnce() => File.WriteAllText(Path.Combine(_folder, "break"), "");

    /// <summary>Begins to run, and goes on until this is disposed of.</summary>
    public void Start()
    {
        _running = new Thread(() =>
        {
            while (!_end.IsCancellationRequested)
            {
                Machine.Run(0.015);
                WriteBack();
                Thread.Sleep(10);
            }
        });
        _running.Start();
    }

    public void Dispose()
    {
        _end.Cancel();
        _running?.Join();
        _memory.Dispose();
        _end.Dispose();
    }

    private void WriteBack()
    {
        foreach (ulong page in Machine.Machine.Memory.TakeWritten())
        {
            RandomAccess.Write(_memory.SafeFileHandle, Machine.Machine.Memory.Page(page), (long)page);
        }
    }

    private void Put(string command, string text)
    {
        string path = Path.Combine(_folder, command);
        File.WriteAllText(path, Script + text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
