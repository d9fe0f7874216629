using System.ComponentModel;
using System.Diagnostics;
using Leakstat.Captures.Sources;

namespace Leakstat.Cli.Hosting.Files;

/// <summary>Decompresses Zstandard with the <c>zstd</c> program.</summary>
public sealed class ZstdProgram(string program = "zstd") : IZstd
{
    /// <inheritdoc/>
    public Stream? Decompress(Stream compressed)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, ["-dc", "-q"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            process.Dispose();
            return null;
        }

        return new ProgramStream(process, compressed);
    }

    /// <summary>What a program makes of a stream, while another thread feeds it.</summary>
    private sealed class ProgramStream : Stream
    {
        private readonly Process _process;
        private readonly Stream _output;
        private readonly Thread _feeder;

        public ProgramStream(Process process, Stream input)
        {
            _process = process;
            _output = process.StandardOutput.BaseStream;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            _feeder = new Thread(() => Feed(process, input)) { IsBackground = true, Name = "zstd input" };
            _feeder.Start();
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int got = _output.Read(buffer);
            if (got == 0 && buffer.Length > 0)
            {
                _process.WaitForExit();
                if (_process.ExitCode != 0)
                {
                    throw new InvalidDataException("the Zstandard data is damaged");
                }
            }

            return got;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                // A reader that has seen enough leaves before the program is done.
                try
                {
                    _process.Kill();
                }
                catch (InvalidOperationException)
                {
                    // It has ended.
                }

                _feeder.Join();
                _output.Dispose();
                _process.Dispose();
            }

            base.Dispose(disposing);
        }

        private static void Feed(Process process, Stream input)
        {
            try
            {
                using Stream target = process.StandardInput.BaseStream;
                input.CopyTo(target);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException or UnauthorizedAccessException or InvalidDataException)
            {
                // The program ended first, or the input could not be read to its end: the output tells.
            }
        }
    }
}
