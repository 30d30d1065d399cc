"""Writes pictures.txt: small PNG and JPEG files, and the pixels that Pillow reads from them.

    python3 pictures.py > pictures.txt        (made with Pillow 12.3.0 and NumPy)

A line is: name, width, height, the pixels [3, H, W] and the file, both in base64; "-" stands for the
pixels of a file that is to be refused. Pixels are those of ImageOps.exif_transpose(...).convert("RGB").
"""

import base64
import io
import re
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms, ImageOps

W, H = 9, 6
random = np.random.default_rng(15)


def emit(name, file, refused=False):
    if refused:
        print(name, 0, 0, "-", base64.b64encode(file).decode())
        return
    image = Image.open(io.BytesIO(file))
    image.load()
    if image.mode == "I;16":  # Pillow clips these; the upper half is what it takes of 16-bit colour
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    image = ImageOps.exif_transpose(image).convert("RGB")
    pixels = np.asarray(image).transpose(2, 0, 1).tobytes()
    print(name, image.width, image.height, base64.b64encode(pixels).decode(), base64.b64encode(file).decode())


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(colour_type, depth, rows, *chunks, interlaced=0, width=W, height=H):
    head = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    parts = [chunk(b"IHDR", head), *chunks, chunk(b"IDAT", zlib.compress(rows, 9)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def rows(bits):
    return b"".join(b"\0" + random.bytes((W * bits + 7) // 8) for _ in range(H))


def adam7(pixels):
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    parts = (pixels[y::dy, x::dx] for x, y, dx, dy in passes)
    return b"".join(b"\0" + row.tobytes() for part in parts if part.size for row in part)


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "jpeg", optimize=True, **options)
    return out.getvalue()


def without_segments(file, *kept):
    out, at = file[:2], 2
    while file[at + 1] != 0xDA:
        end = at + 2 + struct.unpack(">H", file[at + 2 : at + 4])[0]
        if not 0xE0 <= file[at + 1] <= 0xEF or file[at + 1] in kept:
            out += file[at:end]
        at = end
    return out + file[at:]


def with_adobe(file, transform):
    return file[:2] + b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform]) + file[2:]


def with_ids(file, ids):
    out = bytearray(file)
    frame, scan = out.index(b"\xff\xc0"), out.index(b"\xff\xda")
    for i, name in enumerate(ids):
        out[frame + 10 + 3 * i] = out[scan + 5 + 2 * i] = name
    return bytes(out)


def srgb_profile():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]  # without the time of its making


def other_profile():
    """A profile that is not sRGB: red and blue change places."""
    profile = srgb_profile()
    profile = profile.replace(b"rXYZ", b"tXYZ").replace(b"bXYZ", b"rXYZ").replace(b"tXYZ", b"bXYZ")
    return profile.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))


profile = other_profile()
srgb = srgb_profile()
iccp = chunk(b"iCCP", b"swap\0\0" + zlib.compress(profile, 9))
gama = chunk(b"gAMA", struct.pack(">I", 100000))

for depth in (1, 2, 4, 8, 16):
    emit(f"grey-{depth}.png", png(0, depth, rows(depth)))
for depth in (1, 2, 4, 8):
    palette = chunk(b"PLTE", random.bytes(3 << depth))
    emit(f"palette-{depth}.png", png(3, depth, rows(depth), palette))
emit("palette-transparent.png", png(3, 4, rows(4), chunk(b"PLTE", random.bytes(48)), chunk(b"tRNS", random.bytes(16))))
emit("grey-transparent.png", png(0, 8, rows(8), chunk(b"tRNS", b"\0\7")))
for depth in (8, 16):
    emit(f"grey-alpha-{depth}.png", png(4, depth, rows(2 * depth)))
    emit(f"rgb-{depth}.png", png(2, depth, rows(3 * depth)))
    emit(f"rgb-alpha-{depth}.png", png(6, depth, rows(4 * depth)))
emit("rgb-profile.png", png(2, 8, rows(24), iccp))
emit("grey-gamma.png", png(0, 8, rows(8), gama))
emit("rgb-gamma.png", png(2, 8, rows(24), gama))
emit("interlaced.png", png(2, 8, adam7(random.integers(0, 256, (H, W, 3), dtype=np.uint8)), interlaced=1))
turned = chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")
emit("turned.png", png(2, 8, rows(24), turned))

colours = Image.fromarray(random.integers(0, 256, (2, 3, 3), dtype=np.uint8)).resize((W, H), Image.BICUBIC)
grey = colours.convert("L")
inks = Image.merge("CMYK", [*colours.split(), grey.transpose(Image.Transpose.ROTATE_180)])
emit("grey.jpg", jpeg(grey))
emit("grey-profile.jpg", jpeg(grey, icc_profile=profile))
for subsampling in (0, 1, 2):
    file = jpeg(colours, subsampling=subsampling)
    emit(f"jfif-{subsampling}.jpg", file)
    emit(f"bare-{subsampling}.jpg", without_segments(file))
plain = without_segments(jpeg(colours, subsampling=0))
emit("progressive.jpg", jpeg(colours, progressive=True))
emit("profile.jpg", jpeg(colours, icc_profile=profile))
emit("adobe-rgb.jpg", with_adobe(plain, 0))
emit("adobe-ycc.jpg", with_adobe(plain, 1))
emit("names-rgb.jpg", with_ids(plain, b"RGB"))
emit("names-012.jpg", with_ids(plain, b"\0\1\2"))
cmyk = jpeg(inks)
emit("cmyk.jpg", cmyk)
emit("cmyk-profile.jpg", jpeg(inks, icc_profile=profile))
emit("cmyk-bare.jpg", without_segments(cmyk))
emit("ycck.jpg", with_adobe(without_segments(cmyk), 2))
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = jpeg(colours, subsampling=0, exif=exif)
    emit(f"turned-{orientation}.jpg", without_segments(file, 0xE1) if orientation % 2 else file)
emit("png-named.jpg", png(2, 8, rows(24)))

emit("srgb-profile.jpg", jpeg(grey, icc_profile=srgb))
emit("srgb-profile.png", png(0, 8, rows(8), chunk(b"iCCP", b"icc\0\0" + zlib.compress(srgb, 9))))

for kind in ("gif", "bmp", "tiff", "webp", "ppm"):
    out = io.BytesIO()
    Image.new("RGB", (2, 2), (1, 2, 3)).save(out, kind)
    emit(f"refused-{kind}", out.getvalue(), refused=True)
frame = plain.index(b"\xff\xc0")
emit("refused-12-bit", plain[: frame + 4] + b"\x0c" + plain[frame + 5 :], refused=True)
emit("refused-empty", plain[: frame + 5] + b"\0\0" + plain[frame + 7 :], refused=True)
emit("refused-huge-jpeg", plain[: frame + 5] + b"\xff\xff\xff\xff" + plain[frame + 9 :], refused=True)
emit("refused-huge-png", png(2, 8, b"\0" * 9, width=60000, height=60000), refused=True)
emit("refused-few-pixels", png(2, 8, b"\0" * 9), refused=True)
whole = png(2, 8, rows(24))
emit("refused-without-end", whole[:-12], refused=True)
emit("refused-damaged", whole[:60] + bytes([whole[60] ^ 1]) + whole[61:], refused=True)
emit("refused-half-jpeg", plain[: -len(plain) // 8], refused=True)
emit("refused-head", plain[:frame], refused=True)


# How pictures say that they are to be turned.
still = rows(24)
XMP, RAW = b"XML:com.adobe.xmp", b"Raw profile type exif"


def entry(value, kind=3, count=1):
    return struct.pack(">HHI", 0x0112, kind, count) + value.ljust(4, b"\0")


def tiff(*entries, behind=b""):
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + b"".join(entries) + bytes(4) + behind


def short(orientation):
    return tiff(entry(struct.pack(">H", orientation)))


def number(kind, code, *values):
    value = struct.pack(">" + code, *values)
    if len(value) <= 4:
        return tiff(entry(value, kind))
    return tiff(entry(struct.pack(">I", 26), kind), behind=value)


def raw(exif):
    data = (b"Exif\0\0" + exif).hex()
    lines = "\n".join(data[i : i + 72] for i in range(0, len(data), 72))
    return f"\nexif\n{len(data) // 2:8d}\n{lines}\n".encode()


def xmp(orientation, form='<a tiff:Orientation="%d"/>'):
    return (form % orientation).encode()


def text(keyword, value):
    return chunk(b"tEXt", keyword + b"\0" + value)


def deflated(keyword, value):
    return chunk(b"zTXt", keyword + b"\0\0" + zlib.compress(value, 9))


def international(keyword, value, compressed=False):
    value = zlib.compress(value, 9) if compressed else value
    return chunk(b"iTXt", keyword + bytes([0, compressed, 0]) + b"en\0Foto\0" + value)


def turned_png(name, *chunks):
    emit(f"turned-{name}.png", png(2, 8, still, *chunks))


def turned_jpeg(name, *segments):
    parts = (b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment for segment in segments)
    emit(f"turned-{name}.jpg", plain[:2] + b"".join(parts) + plain[2:])


def exif(data):
    return chunk(b"eXIf", data)


element = "<tiff:Orientation>%d</tiff:Orientation>"
for orientation in range(10):
    turned_png(f"raw-{orientation}", deflated(RAW, raw(short(orientation))))
    form = element if orientation % 2 else '<a tiff:Orientation="%d"/>'
    turned_png(f"xmp-{orientation}", international(XMP, xmp(orientation, form), orientation % 3 == 0))
turned_png("raw-text", text(RAW, raw(short(6))))
turned_png("raw-international", international(RAW, raw(short(6)), True))
turned_png("raw-app1", deflated(b"Raw profile type APP1", raw(short(6))))
turned_png("raw-and-exif", exif(short(8)), deflated(RAW, raw(short(6))))
turned_png("raw-and-empty", exif(b""), deflated(RAW, raw(short(6))))
turned_png("raw-and-xmp", international(XMP, xmp(8)), deflated(RAW, raw(short(6))))
turned_png("raw-short", deflated(RAW, b"\nexif\n"), international(XMP, xmp(8)))
damaged = chunk(b"zTXt", RAW + b"\0\0damaged")
turned_png("raw-damaged", deflated(RAW, raw(short(6))), damaged)
turned_png("xmp-text", text(XMP, xmp(6)))
turned_png("xmp-deflated", deflated(XMP, xmp(6)))
turned_png("xmp-quoted", international(XMP, xmp(6, "<a tiff:Orientation='%d'/>")))
turned_png("xmp-two", international(XMP, xmp(6)), international(XMP, xmp(8)))
turned_png("xmp-damaged", international(XMP, xmp(6)), chunk(b"iTXt", XMP + b"\0\1\0\0\0damaged"))
turned_png("xmp-and-empty", exif(b""), international(XMP, xmp(6)))
turned_png("xmp-and-others", exif(tiff()), international(XMP, xmp(6)))
turned_png("xmp-and-exif", exif(short(8)), international(XMP, xmp(6)))
turned_png("xmp-and-nonsense", exif(short(9)), international(XMP, xmp(6)))
turned_png("xmp-and-none", exif(tiff(entry(b"\0\3", count=0))), international(XMP, xmp(6)))
turned_png("two", exif(short(6)), exif(short(8)))
turned_png("text", text(b"exif", short(6)))
parts = [chunk(b"acTL", bytes([0, 0, 0, 2, 0, 0, 0, 0])), chunk(b"fcTL", struct.pack(">5IHHBB", 0, W, H, 0, 0, 1, 9, 0, 0))]
file = png(2, 8, still, *parts)
later = chunk(b"fcTL", struct.pack(">5IHHBB", 1, W, H, 0, 0, 1, 9, 0, 0)) + chunk(b"fdAT", b"\0\0\0\2" + zlib.compress(still))
emit("turned-animated.png", file[:-12] + exif(short(6)) + later + file[-12:])
emit("turned-animated-later.png", file[:-12] + later + exif(short(6)) + file[-12:])
emit("turned-behind.png", whole[:-12] + exif(short(6)) + whole[-12:])

turned_png("type-1", exif(number(1, "B", 6)))
turned_png("type-2", exif(tiff(entry(b"6\0", 2, 2))))
turned_png("type-7", exif(number(7, "B", 6)))
for kind, code in ((4, "I"), (6, "b"), (8, "h"), (9, "i"), (11, "f"), (12, "d"), (13, "I"), (16, "Q")):
    turned_png(f"type-{kind}", exif(number(kind, code, 6)))
turned_png("type-5", exif(number(5, "II", 12, 2)))
turned_png("type-10", exif(number(10, "ii", -6, -1)))
turned_png("type-17", exif(number(17, "q", 6)))
turned_png("half", exif(number(11, "f", 6.5)))
turned_png("huge", exif(number(4, "I", 6 << 16)))
turned_png("zero-below", exif(number(5, "II", 6, 0)))
outside = entry(b"\xff\xff\xff\xf0", 2, 99)
turned_png("many", exif(tiff(entry(b"\0\6\0\3", count=2))))
turned_png("many-outside", exif(tiff(entry(b"\0\0\0\x1a", 3, 3), behind=b"\0\6\0\3\0\2")))
turned_png("again", exif(tiff(entry(b"\0\6"), entry(b"\0\x08"))))
turned_png("outside-before", exif(tiff(outside, entry(b"\0\6"))))
turned_png("outside-after", exif(tiff(entry(b"\0\6"), outside)))
turned_png("unknown-before", exif(tiff(entry(b"\xff\xff\xff\xf0", 99, 99), entry(b"\0\6"))))
turned_png("cut", exif(tiff(entry(b"\0\6"), entry(b"\0\3"))[:30]))
turned_png("mark", exif(b"Exif\0\0Exif\0\0" + short(6)))
for i, head in enumerate((b"MM*\0", b"MM\0+")):
    turned_png(f"head-{i}", exif(head + short(6)[4:]))
turned_png("head-2", exif(b"II\0*\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0"))

EXIF, ADOBE = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
turned_jpeg("long", EXIF + number(4, "I", 6))
turned_jpeg("two", EXIF + short(6), EXIF + short(1))
turned_jpeg("two-damaged", EXIF + short(6), EXIF + b"II*\0\0\0\0\0")
turned_jpeg("damaged-two", EXIF + b"damaged data", EXIF + short(6))
turned_jpeg("two-empty", EXIF, EXIF + short(6))
turned_jpeg("two-halves", EXIF + short(6)[:20], EXIF + short(6)[20:])
turned_jpeg("mark", b"Exif\0\1" + short(6))
for orientation in (3, 6):
    turned_jpeg(f"xmp-{orientation}", ADOBE + xmp(orientation))
    turned_jpeg(f"xmp-element-{orientation}", ADOBE + xmp(orientation, element))
turned_jpeg("xmp-two", ADOBE + xmp(6), ADOBE + xmp(8))
turned_jpeg("xmp-and-exif", ADOBE + xmp(6), EXIF + short(8))
turned_jpeg("xmp-and-others", EXIF + tiff(), ADOBE + xmp(6))
turned_jpeg("xmp-and-damaged", EXIF + b"damaged data", ADOBE + xmp(6))
turned_jpeg("xmp-extended", b"http://ns.adobe.com/xmp/extension/\0" + xmp(6))
