using System.Runtime.CompilerServices;

namespace Leakstat.Dump.Marking;

/// <summary>
/// What the lookup knows of a page, in one number of 64 bits, so that a candidate costs one read of a large table: the
/// block that
/// the page's first byte belongs to, how far into that block the page begins, and the <see cref="PageForm"/> that says
/// how blocks go
/// on from there. 0 = no block on this page.
/// </summary>
/// <remarks>
/// Nothing in it depends on the page's address: a second address of the same page has the same entry.
/// </remarks>
internal static class PageEntry
{
    /// <summary>The entry of a page that holds blocks in a regular way.</summary>
    /// <param name="block">A block.</param>
    /// <param name="bias">Bytes from its start to the page's start; negative where it starts within the page.</param>
    /// <param name="form">Number of the form; not that of <see cref="PageForm.Slow"/>.</param>
    public static ulong Of(int block, int bias, int form) =>
        (uint)block | ((ulong)(uint)form << 32) | ((ulong)(ushort)(short)bias << 48);

    /// <summary>The entry of a page whose blocks must be looked up by their span.</summary>
    public static ulong SlowOf(int span) => (uint)(span + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Block(ulong entry) => (int)(uint)entry;

    public static int Span(ulong entry) => (int)(uint)entry - 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Form(ulong entry) => (int)((entry >> 32) & 0xffff);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Bias(ulong entry) => (long)entry >> 48;

    public static bool IsSlow(ulong entry) => entry != 0 && Form(entry) == PageForm.Slow;
}

/// <summary>
/// How blocks follow each other from the block of a page's entry on. A few hundred of them serve a whole kernel.
/// </summary>
/// <param name="Reciprocal">2^40 / stride, rounded up; 0 where there is one block only.</param>
/// <param name="Extent">Bytes from the start of the entry's block in which blocks lie, as far as the page may
/// reach.</param>
/// <param name="IsStoredAsOffset">Whether references may be stored as offsets.</param>
internal readonly record struct PageForm(ulong Reciprocal, uint Extent, bool IsStoredAsOffset)
{
    /// <summary>
    /// Form 0: no way but by the span. Its extent is 0, so that every address fails the test of the quick way.
    /// </summary>
    public const int Slow = 0;

    /// <summary>An entry has 16 bits for the form; pages of further forms are looked up slowly.</summary>
    public const int Most = 1 << 16;

    // Exact for offsets and strides below 2^20: the error of the rounded-up reciprocal stays below one (offset × stride
    // < 2^40).
    // Offsets are below a page and a bias. A stride beyond that has only one block on a page, and the quotient is 0 as
    // it should be.
    public const int ReciprocalBits = 40;
}

/// <summary>Makes the entries of pages, and the forms they need.</summary>
internal sealed class PageEntryMaker(int pageShift)
{
    private readonly long _page = 1L << pageShift;
    private readonly List<PageForm> _forms = [default];
    private readonly Dictionary<PageForm, int> _numbers = [];

    public PageForm[] Forms => [.. _forms];

    /// <summary>The entry of one page of a span.</summary>
    public ulong Make(int span, in SpanRow row, BlockShape shape, ulong page)
    {
        // From the span's first byte to the page's; negative where the span begins within the page.
        long start = unchecked((long)((page << pageShift) - row.First));
        long plain = shape.Stride * shape.Count;
        if (shape.Copies > 1 && start > 0)
        {
            start %= shape.CopyStride;
            if (start + _page > shape.CopyStride)
            {
                return PageEntry.SlowOf(span);
            }
        }
        else if (shape.Copies > 1 && start + _page > shape.CopyStride)
        {
            return PageEntry.SlowOf(span);
        }

        long skipped = start > 0 && shape.Count > 1 ? start / shape.Stride : 0;
        long bias = shape.Count == 1 && start > 0 ? 0 : start - (skipped * shape.Stride);
        long left = plain - (start - bias);
        if (bias is < short.MinValue or > short.MaxValue)
        {
            return PageEntry.SlowOf(span);
        }

        if (left <= 0)
        {
            // Between two copies: the page is the span's, and has no block.
            return EntryOf(span, row.FirstBlock, 0, default);
        }

        ulong reciprocal = shape.Count == 1
            ? 0
            : ((1UL << PageForm.ReciprocalBits) + (ulong)shape.Stride - 1) / (ulong)shape.Stride;

        // Where the blocks cover the rest of the page, the extent is the same for all such pages.
        long extent = left >= _page + bias ? _page + short.MaxValue : left;
        return EntryOf(
            span,
            row.FirstBlock + (int)skipped,
            (int)bias,
            new PageForm(reciprocal, (uint)extent, shape.IsStoredAsOffset));
    }

    private ulong EntryOf(int span, int block, int bias, PageForm form)
    {
        if (!_numbers.TryGetValue(form, out int number))
        {
            if (_forms.Count >= PageForm.Most)
            {
                return PageEntry.SlowOf(span);
            }

            number = _forms.Count;
            _forms.Add(form);
            _numbers.Add(form, number);
        }

        return PageEntry.Of(block, bias, number);
    }
}
