"""Makes the two embedded weights from Debian's fonts-inter. See README.md."""
import sys
from fontTools.ttLib import TTFont
from fontTools import subset

WANTED = list(range(0x20, 0x7F)) + [c for c in range(0xA0, 0x180) if c != 0x149] + [
    0x2009, 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2020, 0x2022, 0x2026,
    0x202F, 0x2030, 0x2039, 0x203A, 0x20AC, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x2260, 0x2264, 0x2265, 0x2713, 0x25CF]


def tabular(font):
    """Points the digits (and what stands between them) at their tabular forms."""
    gsub = font["GSUB"].table
    swap = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag != "tnum":
            continue
        for index in record.Feature.LookupListIndex:
            for sub in gsub.LookupList.Lookup[index].SubTable:
                swap.update(getattr(getattr(sub, "ExtSubTable", sub), "mapping", {}))
    for table in font["cmap"].tables:
        for code, name in list(table.cmap.items()):
            if name in swap and code in range(0x30, 0x3A):
                table.cmap[code] = swap[name]


def even_digits(font):
    """All ten digits exactly as wide as the widest (the bold 1 is 3 units off)."""
    cmap, hmtx = font.getBestCmap(), font["hmtx"]
    names = [cmap[code] for code in range(0x30, 0x3A)]
    widest = max(hmtx[name][0] for name in names)
    for name in names:
        hmtx[name] = (widest, hmtx[name][1])


def thin_space(font):
    """The narrow no-break space between thousands, where the font lacks it."""
    for table in font["cmap"].tables:
        if table.isUnicode() and 0x202F not in table.cmap and 0x2009 in table.cmap:
            table.cmap[0x202F] = table.cmap[0x2009]


def main(source, target):
    font = TTFont(source)
    tabular(font)
    even_digits(font)
    thin_space(font)
    options = subset.Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options.hinting = False
    options.desubroutinize = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.notdef_outline = True
    tool = subset.Subsetter(options)
    tool.populate(unicodes=WANTED)
    tool.subset(font)
    missing = [hex(c) for c in WANTED if c not in font.getBestCmap()]
    widths = {font["hmtx"][font.getBestCmap()[c]][0] for c in range(0x30, 0x3A)}
    print(target, "missing", missing, "digit widths", widths)
    font.save(target)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
