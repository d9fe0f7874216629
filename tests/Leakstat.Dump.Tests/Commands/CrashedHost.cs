using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Commands;

/// <summary>A machine's dump, <c>info.0</c> and kernel in a folder, for commands to be run on; all goes away afterwards.</summary>
internal sealed class CrashedHost : IDisposable
{
    public CrashedHost(Scenario heap, string name = "vmcore.0", Func<byte[], byte[]>? change = null)
    {
        CrashedMachine crashed = heap.Crash("told by the test");
        byte[] bytes = Minidump.Of(crashed);
        Dump = Path.Combine(Folder, name);
        File.WriteAllBytes(Dump, change?.Invoke(bytes) ?? bytes);
        File.WriteAllText(Path.Combine(Folder, "info.0"), crashed.Info(0, bytes.Length));
        Kernel = crashed.WriteKernel(Path.Combine(Folder, "kernel"));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("leakstat-test-").FullName;

    public string Dump { get; }

    public string Kernel { get; }

    /// <summary>
    /// Lost: 40 widgets, each with a gadget that hangs on it; 60 blocks of malloc-256, all with a pointer into a module; three
    /// items of a zone in which nothing else is amiss. Held: 60 widgets, 10 gadgets, 40 blocks.
    /// </summary>
    public static Scenario Leaking()
    {
        var heap = new Scenario();
        Zone widget = heap.Zone("widget", 216);
        Zone gadget = heap.Zone("gadget", 512);
        Zone odd = heap.Zone("odd", 128);
        Module module = heap.Machine.Modules.Load("if_widget.ko");
        IPlace operations = module.Variable("widget_ops");
        IPlace held = heap.Variable("held", 8 * 200);
        foreach (Item item in heap.Many(widget, 60).Concat(heap.Many(gadget, 10)).Concat(heap.Many(odd, 20)))
        {
            heap.Point(held, item);
        }

        for (int i = 0; i < 100; i++)
        {
            Item block = heap.Block("widget", 200);
            heap.Machine.Space.Write(block.Address + 16, operations.Address);
            if (i >= 60)
            {
                heap.Point(held, block);
            }
        }

        foreach (Item item in heap.Many(widget, 40))
        {
            heap.Point(item, heap.New(gadget));
        }

        heap.Many(odd, 3);
        return heap;
    }

    /// <summary>Runs a command as the shell would, on a terminal where it is asked for.</summary>
    public static (int Code, string Output, string Error) Run(string[] arguments, bool isErrorTerminal = false) =>
        TestedProgram.Run(arguments, "", Environment.CurrentDirectory, isErrorTerminal: isErrorTerminal);

    /// <summary>Runs <c>dump</c> on this dump.</summary>
    public (int Code, string Output, string Error) RunDump(params string[] more) => Run(["dump", Dump, "--kernel", Kernel, .. more]);

    /// <summary>A file of this folder.</summary>
    public string Place(string name) => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
