namespace Leakstat.Tests.Tracing;

/// <summary>Takes a protocol buffer message apart by the wire format alone (varints and length-delimited fields).</summary>
internal static class ProtobufReader
{
    public static List<Field> Read(byte[] message)
    {
        List<Field> fields = [];
        int at = 0;
        while (at < message.Length)
        {
            long tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    fields.Add(new Field((int)(tag >> 3), Varint(message, ref at), []));
                    break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    fields.Add(new Field((int)(tag >> 3), 0, message[at..(at + length)]));
                    at += length;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }
        }

        return fields;
    }

    public static long[] Packed(byte[] values)
    {
        List<long> numbers = [];
        int at = 0;
        while (at < values.Length)
        {
            numbers.Add(Varint(values, ref at));
        }

        return [.. numbers];
    }

    private static long Varint(byte[] bytes, ref int at)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = bytes[at++];
            value |= (long)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }
    }

    public sealed record Field(int Number, long Value, byte[] Bytes);
}
