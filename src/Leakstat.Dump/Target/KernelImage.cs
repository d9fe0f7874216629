using Leakstat.Dump.Ctf;
using Leakstat.Dump.Elf;
using Leakstat.Dump.Files;
using Leakstat.Dump.Inputs;
using Leakstat.Model;

namespace Leakstat.Dump.Target;

/// <summary>A kernel or module from disk: its ELF headers, symbols and types, each read when first asked for.</summary>
internal sealed class KernelImage : IDisposable
{
    private readonly DumpLimits _limits;
    private readonly Lazy<ElfSymbols?> _symbols;
    private CtfContainer? _types;
    private bool _typesRead;

    private KernelImage(DumpBytes bytes, ElfFile elf, DumpLimits limits)
    {
        _limits = limits;
        Bytes = bytes;
        Elf = elf;
        _symbols = new Lazy<ElfSymbols?>(() => ElfSymbols.Read(elf, limits));
    }

    /// <summary>The file.</summary>
    public DumpBytes Bytes { get; }

    /// <summary>Its headers.</summary>
    public ElfFile Elf { get; }

    /// <summary>Path.</summary>
    public string Path => Bytes.Name;

    /// <summary>Its symbol table; null where it has none.</summary>
    public ElfSymbols? Symbols => _symbols.Value;

    /// <summary>Opens a file; null and a reason where it is none of ours.</summary>
    public static KernelImage? Open(string path, DumpLimits limits, out string? problem)
    {
        try
        {
            return Open(MappedBytes.Open(path), limits, out problem);
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            problem = FileFault.Of(e);
            return null;
        }
    }

    /// <summary>Reads a file that is at hand; takes it over.</summary>
    public static KernelImage? Open(DumpBytes bytes, DumpLimits limits, out string? problem)
    {
        problem = null;
        if (bytes.Length > limits.KernelFileBytes)
        {
            problem = $"has more than {limits.KernelFileBytes} bytes";
        }
        else if (ElfFile.Read(bytes, limits) is { } elf)
        {
            return new KernelImage(bytes, elf, limits);
        }
        else
        {
            problem = Expansion.FormOf(bytes.Span(0, 16)) is { } form
                ? $"is compressed with {form}: expand it first"
                : "is no 64-bit ELF file";
        }

        bytes.Dispose();
        return null;
    }

    /// <summary>Its types (CTF); null where it carries none.</summary>
    public CtfContainer? Types(CtfContainer? parent, DumpProblems problems)
    {
        lock (_symbols)
        {
            if (!_typesRead && Elf.Find(".SUNW_ctf") is { } section)
            {
                _types = CtfContainer.Read(Elf.Contents(section), parent, _limits, out string? problem);
                if (problem is not null)
                {
                    problems.Add(DiagnosticId.MissingSymbols, Path, $"the section .SUNW_ctf {problem}");
                }
            }

            _typesRead = true;
            return _types;
        }
    }

    /// <summary>The bytes that a symbol's address has in the file (initial data); empty for .bss.</summary>
    public ReadOnlySpan<byte> InitialData(ElfSymbol symbol, int length)
    {
        if (symbol.Section >= Elf.Sections.Count)
        {
            return default;
        }

        ElfSection section = Elf.Sections[symbol.Section];
        ReadOnlySpan<byte> contents = Elf.Contents(section);
        ulong offset = symbol.Value - section.Address;
        return offset < (ulong)contents.Length
            ? contents.Slice((int)offset, (int)Math.Min((ulong)length, (ulong)contents.Length - offset))
            : default;
    }

    public void Dispose() => Bytes.Dispose();
}
