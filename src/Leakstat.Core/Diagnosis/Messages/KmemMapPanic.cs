namespace Leakstat.Diagnosis.Messages;

/// <summary>
/// The panic of FreeBSD 9 and before by which the map of kernel memory was full, as the kernel printed it and as
/// people hand it on: <c>kmem_malloc(4096): kmem_map too small: 335544320 total allocated</c>,
/// <c>kmem_malloc: kmem_map too small</c> (4 and older), <c>kmem_map too small</c>; <c>sys/vm/vm_kern.c</c>,
/// <c>kmem_malloc</c>.
/// </summary>
/// <param name="Request">Bytes of the request that did not fit; null where the message does not say.</param>
/// <param name="Total">Bytes allocated by then; null where the message does not say.</param>
internal readonly record struct KmemMapPanic(long? Request, long? Total)
{
    /// <summary>The panic that a message tells of; null for any other message.</summary>
    public static KmemMapPanic? Of(string message) =>
        message.Contains("kmem_map too small", StringComparison.Ordinal)
        || message.Contains("kmem_map: too small", StringComparison.Ordinal)
            ? new KmemMapPanic(
                MessageText.TryNumberBetween(message, "kmem_malloc(", "):", out long request) && request >= 0
                    ? request
                    : null,
                MessageText.TryNumberBetween(message, "kmem_map too small: ", " total allocated", out long total)
                    && total >= 0
                    ? total
                    : null)
            : null;
}
