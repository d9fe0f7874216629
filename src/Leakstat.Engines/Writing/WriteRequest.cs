using System.Collections.Immutable;
using Google.Protobuf;
using Leakstat.Engines.Metrics;

namespace Leakstat.Engines.Writing;

/// <summary>
/// The messages of Prometheus remote write 1.0 (<c>prometheus/prompb/remote.proto</c>, <c>types.proto</c>):
/// <c>WriteRequest.timeseries = 1</c>; <c>TimeSeries.labels = 1, samples = 2</c>; <c>Label.name = 1, value = 2</c>;
/// <c>Sample.value = 1, timestamp = 2</c>. Answers of remote read hold the same time series.
/// </summary>
public static class WriteRequest
{
    /// <summary>Tag of field 1 of wire type 2 (length-delimited), as all the messages begin.</summary>
    private const uint FirstField = (1 << 3) | 2;

    private const uint SecondField = (2 << 3) | 2;
    private const uint SampleValue = (1 << 3) | 1;
    private const uint SampleTime = 2 << 3;

    private const int MostLabels = 1000;

    /// <summary>A request with these series.</summary>
    public static byte[] Encode(IReadOnlyCollection<TimeSeries> series)
    {
        int size = 0;
        foreach (TimeSeries one in series)
        {
            int length = SizeOf(one);
            size += 1 + CodedOutputStream.ComputeLengthSize(length) + length;
        }

        byte[] bytes = new byte[size];
        using var output = new CodedOutputStream(bytes);
        foreach (TimeSeries one in series)
        {
            output.WriteTag(FirstField);
            output.WriteLength(SizeOf(one));
            Write(one, output);
        }

        output.Flush();
        return bytes;
    }

    /// <summary>The series of a request.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are none.</exception>
    public static ImmutableArray<TimeSeries> Decode(ReadOnlySpan<byte> bytes)
    {
        using var input = new CodedInputStream(bytes.ToArray());
        var all = ImmutableArray.CreateBuilder<TimeSeries>();
        while (input.ReadTag() is not 0 and var tag)
        {
            if (tag == FirstField)
            {
                all.Add(DecodeSeries(input.ReadBytes().Span));
            }
            else
            {
                input.SkipLastField();
            }
        }

        return all.ToImmutable();
    }

    /// <summary>One message <c>TimeSeries</c>; its samples in time order, of several at one time the last.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are none.</exception>
    public static TimeSeries DecodeSeries(ReadOnlySpan<byte> bytes)
    {
        using var input = new CodedInputStream(bytes.ToArray());
        var labels = ImmutableArray.CreateBuilder<(string Name, string Value)>();
        var samples = new SampleList();
        while (input.ReadTag() is not 0 and var tag)
        {
            switch (tag)
            {
                case FirstField when labels.Count < MostLabels:
                    labels.Add(Label(input.ReadBytes()));
                    break;
                case SecondField:
                    (long time, double value) = Sample(input.ReadBytes());
                    samples.Add(time, value);
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        labels.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return samples.Build(labels.ToImmutable());
    }

    private static (string Name, string Value) Label(ByteString bytes)
    {
        using CodedInputStream input = bytes.CreateCodedInput();
        string name = "";
        string value = "";
        while (input.ReadTag() is not 0 and var tag)
        {
            switch (tag)
            {
                case FirstField:
                    name = input.ReadString();
                    break;
                case SecondField:
                    value = input.ReadString();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (name, value);
    }

    private static (long Time, double Value) Sample(ByteString bytes)
    {
        using CodedInputStream input = bytes.CreateCodedInput();
        long time = 0;
        double value = 0;
        while (input.ReadTag() is not 0 and var tag)
        {
            switch (tag)
            {
                case SampleValue:
                    value = input.ReadDouble();
                    break;
                case SampleTime:
                    time = input.ReadInt64();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (time, value);
    }

    private static int SizeOf(TimeSeries series)
    {
        int size = 0;
        foreach ((string name, string value) in series.Labels)
        {
            int label = SizeOf(name, value);
            size += 1 + CodedOutputStream.ComputeLengthSize(label) + label;
        }

        foreach (long time in series.Times)
        {
            // A sample is far below 128 bytes: its length takes one.
            size += 2 + SizeOfSample(time);
        }

        return size;
    }

    private static int SizeOf(string name, string value) =>
        2 + CodedOutputStream.ComputeStringSize(name) + CodedOutputStream.ComputeStringSize(value);

    private static int SizeOfSample(long time) => 1 + sizeof(double) + 1 + CodedOutputStream.ComputeInt64Size(time);

    private static void Write(TimeSeries series, CodedOutputStream output)
    {
        foreach ((string name, string value) in series.Labels)
        {
            output.WriteTag(FirstField);
            output.WriteLength(SizeOf(name, value));
            output.WriteTag(FirstField);
            output.WriteString(name);
            output.WriteTag(SecondField);
            output.WriteString(value);
        }

        for (int i = 0; i < series.Times.Length; i++)
        {
            output.WriteTag(SecondField);
            output.WriteLength(SizeOfSample(series.Times[i]));
            output.WriteTag(SampleValue);
            output.WriteDouble(series.Values[i]);
            output.WriteTag(SampleTime);
            output.WriteInt64(series.Times[i]);
        }
    }
}
