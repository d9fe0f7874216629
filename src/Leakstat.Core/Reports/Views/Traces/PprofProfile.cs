using System.Buffers;
using System.IO.Compression;
using System.Text;
using Leakstat.Reports.Forms.Text;
using Leakstat.Tracing;

namespace Leakstat.Reports.Views.Traces;

/// <summary>
/// A trace as a gzip-compressed profile that <c>pprof</c> opens (<c>proto/profile.proto</c> of google/pprof): samples
/// with outstanding blocks and bytes, or with the value of an aggregation. The same trace gives the same bytes.
/// </summary>
public static class PprofProfile
{
    /// <summary>Writes the profile.</summary>
    public static void Write(Trace trace, Stream output)
    {
        using var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        gzip.Write(new Builder(trace).Build());
    }

    private sealed class Builder(Trace trace)
    {
        private readonly Dictionary<string, long> _strings = new(StringComparer.Ordinal) { [""] = 0 };
        private readonly List<string> _table = [""];
        private readonly Dictionary<TraceFrame, ulong> _locations = [];
        private readonly Dictionary<(string Module, string Function), ulong> _functions = [];
        private readonly Dictionary<string, ulong> _mappings = new(StringComparer.Ordinal);
        private readonly Message _profile = new();
        private readonly Message _tail = new();

        public byte[] Build()
        {
            bool isPaired = trace.Form == TraceForm.Outstanding;
            (string Type, string Unit)[] types = isPaired
                ? [("outstanding_objects", "count"), ("outstanding_space", "bytes")]
                : [("value", "count")];
            foreach ((string type, string unit) in types)
            {
                _profile.Nested(1, ValueType(type, unit));
            }

            foreach (TraceSite site in trace.Sites)
            {
                var sample = new Message();
                sample.Packed(1, [.. site.Stack.Folded.Select(f => (long)Location(f))]);
                sample.Packed(2, isPaired ? [site.Count ?? 0, site.Bytes ?? 0] : [site.Value ?? 0]);
                if (site.Key.Length > 0)
                {
                    var label = new Message();
                    label.Number(1, String("key"));
                    label.Number(2, String(site.Key));
                    sample.Nested(3, label);
                }

                _profile.Nested(2, sample);
            }

            _profile.Append(_tail);
            string kind = types[^1].Type;
            _profile.Nested(11, ValueType(kind, types[^1].Unit));
            _profile.Number(12, trace.Bounds?.Sample ?? 1);
            if (trace.Duration is { } duration)
            {
                _profile.Number(10, duration.Ticks * 100);
            }

            _profile.Number(14, String(kind));
            foreach (string text in _table)
            {
                _profile.Bytes(6, Encoding.UTF8.GetBytes(PrintableText.ValidUtf16(text)));
            }

            return _profile.ToArray();
        }

        private Message ValueType(string type, string unit)
        {
            var value = new Message();
            value.Number(1, String(type));
            value.Number(2, String(unit));
            return value;
        }

        private ulong Location(TraceFrame frame)
        {
            if (_locations.TryGetValue(frame, out ulong id))
            {
                return id;
            }

            id = (ulong)_locations.Count + 1;
            _locations.Add(frame, id);
            var line = new Message();
            line.Number(1, (long)Function(frame));
            var location = new Message();
            location.Number(1, (long)id);
            location.Number(2, (long)Mapping(frame.Module));
            location.Nested(4, line);
            _tail.Nested(4, location);
            return id;
        }

        private ulong Function(TraceFrame frame)
        {
            if (_functions.TryGetValue((frame.Module, frame.Function), out ulong id))
            {
                return id;
            }

            id = (ulong)_functions.Count + 1;
            _functions.Add((frame.Module, frame.Function), id);
            var function = new Message();
            function.Number(1, (long)id);
            function.Number(2, String(frame.Name));
            function.Number(3, String(frame.Function));
            _tail.Nested(5, function);
            return id;
        }

        private ulong Mapping(string module)
        {
            if (_mappings.TryGetValue(module, out ulong id))
            {
                return id;
            }

            id = (ulong)_mappings.Count + 1;
            _mappings.Add(module, id);
            var mapping = new Message();
            mapping.Number(1, (long)id);
            mapping.Number(5, String(module));
            mapping.Number(7, 1);
            _tail.Nested(3, mapping);
            return id;
        }

        private long String(string text)
        {
            if (!_strings.TryGetValue(text, out long index))
            {
                index = _table.Count;
                _strings.Add(text, index);
                _table.Add(text);
            }

            return index;
        }
    }

    /// <summary>A protocol buffer message: fields one after another, tag and value.</summary>
    private sealed class Message
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

        public void Append(Message other) => _bytes.Write(other._bytes.WrittenSpan);

        public void Number(int field, long value)
        {
            Varint((ulong)field << 3);
            Varint((ulong)value);
        }

        public void Bytes(int field, ReadOnlySpan<byte> value)
        {
            Varint(((ulong)field << 3) | 2);
            Varint((ulong)value.Length);
            _bytes.Write(value);
        }

        public void Nested(int field, Message message) => Bytes(field, message._bytes.WrittenSpan);

        public void Packed(int field, ReadOnlySpan<long> values)
        {
            var packed = new Message();
            foreach (long value in values)
            {
                packed.Varint((ulong)value);
            }

            Nested(field, packed);
        }

        private void Varint(ulong value)
        {
            while (value >= 0x80)
            {
                Byte((byte)(value | 0x80));
                value >>= 7;
            }

            Byte((byte)value);
        }

        private void Byte(byte value)
        {
            _bytes.GetSpan(1)[0] = value;
            _bytes.Advance(1);
        }
    }
}
