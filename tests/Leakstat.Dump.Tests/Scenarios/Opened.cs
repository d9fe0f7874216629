using System.Diagnostics;
using Leakstat.Dump.Inputs;
using Leakstat.Dump.Tests.Image;

namespace Leakstat.Dump.Tests.Scenarios;

/// <summary>A dump on disk with its kernel, opened; all of it goes away afterwards.</summary>
internal sealed class Opened : IDisposable
{
    private readonly string _folder;

    private Opened(string folder, KernelDump? dump, DumpFault? fault)
    {
        _folder = folder;
        Maybe = dump;
        Fault = fault;
    }

    public KernelDump Dump => Maybe ?? throw new InvalidOperationException($"not opened: {Fault}");

    public KernelDump? Maybe { get; }

    public DumpFault? Fault { get; }

    /// <summary>A minidump of the release's version with its kernel.</summary>
    public static Opened Minidump(CrashedMachine crashed, TypeInformation types = TypeInformation.Compressed) =>
        Of(crashed, Image.Minidump.Of(crashed), types: types);

    /// <summary>A file of these bytes beside <c>info.0</c>, with the kernel of the machine or of another.</summary>
    public static Opened Of(
        CrashedMachine crashed,
        byte[] bytes,
        string name = "vmcore.0",
        TypeInformation types = TypeInformation.Compressed,
        CrashedMachine? kernelOf = null,
        bool withInfo = true,
        Func<DumpOptions, DumpOptions>? options = null)
    {
        string folder = Directory.CreateTempSubdirectory("leakstat-test-").FullName;
        string path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        if (withInfo)
        {
            File.WriteAllText(Path.Combine(folder, "info.0"), crashed.Info(0, bytes.Length));
        }

        string kernel = (kernelOf ?? crashed).WriteKernel(Path.Combine(folder, "kernel"), types);
        DumpOptions chosen = new() { KernelDirectory = kernel, TemporaryDirectory = folder, Zstd = Decompress };
        var dump = KernelDump.Open(path, options?.Invoke(chosen) ?? chosen, out DumpFault? fault);
        return new Opened(folder, dump, fault);
    }

    public void Dispose()
    {
        Maybe?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs zstd over bytes.</summary>
    public static byte[] Zstd(byte[] bytes)
    {
        using Process process = Start("-q", "-c");
        var output = new MemoryStream();
        var reading = Task.Run(() => process.StandardOutput.BaseStream.CopyTo(output));
        process.StandardInput.BaseStream.Write(bytes);
        process.StandardInput.Close();
        reading.Wait();
        process.WaitForExit();
        return output.ToArray();
    }

    private static MemoryStream Decompress(Stream compressed)
    {
        using Process process = Start("-dc", "-q");
        var output = new MemoryStream();
        var reading = Task.Run(() => process.StandardOutput.BaseStream.CopyTo(output));
        compressed.CopyTo(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        reading.Wait();
        process.WaitForExit();
        output.Position = 0;
        return output;
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("zstd", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        UseShellExecute = false,
    })!;
}
