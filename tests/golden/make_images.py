"""Makes tests/golden/images: small image files in every form, and what Pillow makes of them.

Run: python tests/golden/make_images.py [folder of the shared data]

decode/NAME.{jpg,png,webp,tif} -> decode/NAME.ppm    Image.open().convert("RGB")
resize/WxH.ppm, resize/bicubic_WxH.ppm      resize((W, H), BILINEAR or BICUBIC) of resize/source.png, horizontal pass first
preprocess/R_C.ppm                          torchvision's Resize(R), CenterCrop(C) of resize/source.png (0: off)
imagenet.tsv                                CRC-32 of the pixels of real images: decoded, or resized and cropped
"""
import binascii
import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent / "images"


def photo(height, width, channels, seed):
    """Smooth gradients with an edge and some noise: every frequency takes part."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for c in range(channels):
        plane = 128 + 90 * np.sin(x / (3.0 + c) + c) * np.cos(y / (5.0 - c)) + 60 * (x + 2 * y > width)
        planes.append(plane + rng.normal(0, 12, (height, width)))
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8).squeeze()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(values, bits, colour_type, interlaced=False):
    """A PNG written by hand, for the forms that Pillow does not write. values: [height, width, channels]."""
    height, width, _ = values.shape
    wire = values.astype(">u2" if bits == 16 else np.uint8)
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = []
    for top, left, down, across in passes if interlaced else [(0, 0, 1, 1)]:
        part = wire[top::down, left::across]
        rows += [b"\0" + row.tobytes() for row in part] if part.size else []
    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, int(interlaced))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b"")


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tiff(values, photometric=1, order="<", tile=None, extra=None):
    """An uncompressed TIFF written by hand, for the forms that Pillow does not write. values: [height, width, samples]."""
    height, width, samples = values.shape
    if tile:
        down, across = -(-height // tile), -(-width // tile)
        padded = np.zeros((down * tile, across * tile, samples), np.uint8)
        padded[:height, :width] = values
        parts = [padded[y:y + tile, x:x + tile].tobytes() for y in range(0, down * tile, tile)
                 for x in range(0, across * tile, tile)]
    else:
        parts = [values.tobytes()]
    starts = [8 + sum(map(len, parts[:i])) for i in range(len(parts))]
    end = 8 + sum(map(len, parts))
    tags = [(256, 4, [width]), (257, 4, [height]), (258, 3, [8] * samples), (259, 3, [1]), (262, 3, [photometric]),
            (277, 3, [samples])]
    tags += [(322, 4, [tile]), (323, 4, [tile]), (324, 4, starts), (325, 4, list(map(len, parts)))] if tile else [
        (273, 4, starts), (278, 4, [height]), (279, 4, list(map(len, parts)))]
    tags += [(338, 3, [extra])] if extra is not None else []
    tail, entries, values_at = b"", b"", end + 2 + 12 * len(tags) + 4
    for tag, kind, numbers in sorted(tags):
        packed = struct.pack(f"{order}{len(numbers)}{'H' if kind == 3 else 'I'}", *numbers)
        if len(packed) > 4:
            packed, tail = struct.pack(order + "I", values_at + len(tail)), tail + packed
        entries += struct.pack(order + "HHI", tag, kind, len(numbers)) + packed.ljust(4, b"\0")
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", end)
    return start + b"".join(parts) + struct.pack(order + "H", len(tags)) + entries + bytes(4) + tail


def tiff_images(small, small_grey, alpha):
    pixels, grey, veil = np.asarray(small), np.asarray(small_grey)[..., None], np.asarray(alpha)[..., None]
    return {
        "rgb_lzw.tif": saved(small, "TIFF", compression="tiff_lzw"),
        "rgb_deflate.tif": saved(small, "TIFF", compression="tiff_adobe_deflate"),
        "grey_packbits.tif": saved(small_grey, "TIFF", compression="packbits"),
        "rgb_big_endian.tif": tiff(pixels, 2, ">"),
        "rgba.tif": tiff(np.concatenate([pixels, veil], -1), 2, extra=2),
        "grey_alpha.tif": tiff(np.concatenate([grey, veil], -1), extra=2),
        "grey_white_is_0.tif": tiff(grey, 0),
        "rgb_tiled.tif": tiff(np.asarray(Image.fromarray(photo(29, 37, 3, 8))), 2, tile=16),
    }


def webp_images(rgb, rgba):
    return {
        "lossy.webp": saved(rgb, "WEBP", quality=70),
        "lossless.webp": saved(rgb.crop((0, 0, 11, 9)), "WEBP", lossless=True),
        "alpha.webp": saved(rgba, "WEBP", quality=70, exact=True),
        "lossless_alpha.webp": saved(rgba, "WEBP", lossless=True, exact=True),
        "animated.webp": saved(rgba, "WEBP", save_all=True, append_images=[rgba.rotate(180)]),
    }


def encoded_images():
    rgb, grey = Image.fromarray(photo(29, 37, 3, 1)), Image.fromarray(photo(29, 37, 1, 2))
    cmyk = saved(Image.fromarray(photo(29, 37, 4, 3), "CMYK"), "JPEG", quality=90)
    adobe = cmyk.index(b"Adobe") + 11  # The byte that tells CMYK (0) from YCCK (2).
    wide = np.random.default_rng(4).integers(0, 65536, (9, 11, 4))
    dim = np.random.default_rng(5).integers(0, 400, (9, 11, 1))  # About 255, where 16-bit grey saturates.
    alpha = Image.fromarray(photo(9, 11, 1, 6))
    small, small_grey = rgb.crop((0, 0, 11, 9)), grey.crop((0, 0, 11, 9))
    rgba, la = small.copy(), small_grey.copy()
    rgba.putalpha(alpha)
    la.putalpha(alpha)
    return {
        "rgb_420.jpg": saved(rgb, "JPEG", quality=75),
        "rgb_422_progressive.jpg": saved(rgb, "JPEG", quality=60, subsampling=1, progressive=True),
        "rgb_444.jpg": saved(rgb, "JPEG", quality=95, subsampling=0),
        "grey.jpg": saved(grey, "JPEG"),
        "cmyk.jpg": cmyk,
        "ycck.jpg": cmyk[:adobe] + b"\x02" + cmyk[adobe + 1:],
        "png_named_as.jpg": saved(small, "PNG"),
        "rgb.png": saved(small, "PNG"),
        "rgba.png": saved(rgba, "PNG"),
        "grey.png": saved(small_grey, "PNG"),
        "grey_alpha.png": saved(la, "PNG"),
        "bits.png": saved(small_grey.convert("1"), "PNG"),
        "palette.png": saved(small.quantize(13), "PNG"),
        "palette_transparent.png": saved(small.quantize(13), "PNG", transparency=3),
        "grey16.png": png(dim, 16, 0),
        "grey_alpha16.png": png(wide[..., :2], 16, 4),
        "rgb16.png": png(wide[..., :3], 16, 2),
        "rgba16.png": png(wide, 16, 6),
        "rgb_interlaced.png": png(np.asarray(small), 8, 2, interlaced=True),
    } | tiff_images(small, small_grey, alpha) | webp_images(rgb, rgba)


def resized(image, size, resample=Image.BILINEAR):
    """resize(size, resample) of Pillow up to 12; Pillow 13 may take the vertical pass first, which rounds otherwise.
    A resize along one axis has one pass only, so this is the old order in every version."""
    return image.resize((size[0], image.height), resample).resize(size, resample)


def resize_short_side(image, short_side, resample):
    """torchvision.transforms.Resize(int): the longer side is truncated."""
    width, height = image.size
    short, long = sorted(image.size)
    new_long = int(short_side * long / short)
    size = (short_side, new_long) if width <= height else (new_long, short_side)
    return resized(image, size, resample)


def center_crop(image, crop):
    """torchvision.transforms.functional.center_crop: pads with zeros first; Python's round is half to even."""
    width, height = image.size
    if crop > width or crop > height:
        left, top = max(0, crop - width) // 2, max(0, crop - height) // 2
        padded = Image.new("RGB", (max(crop, width), max(crop, height)))
        padded.paste(image, (left, top))
        image, (width, height) = padded, padded.size
    top, left = int(round((height - crop) / 2.0)), int(round((width - crop) / 2.0))
    return image.crop((left, top, left + crop, top + crop))


def preprocessed(image, resize, crop, resample=Image.BILINEAR):
    image = resize_short_side(image, resize, resample) if resize else image
    return center_crop(image, crop) if crop else image


def crc(image):
    return f"{binascii.crc32(image.convert('RGB').tobytes()):08x}"


def imagenet_lines(data):
    for path in sorted((data / "originals_every10th").iterdir()):
        image = Image.open(path).convert("RGB")
        yield f"{path.relative_to(data)}\t256\tbilinear\t224\t{crc(preprocessed(image, 256, 224))}\n"
        yield f"{path.relative_to(data)}\t235\tbicubic\t224\t{crc(preprocessed(image, 235, 224, Image.BICUBIC))}\n"
    for path in sorted((data / "crop224_q95").iterdir())[::25]:
        yield f"{path.relative_to(data)}\t0\tbilinear\t0\t{crc(Image.open(path))}\n"


def main():
    for folder in ("decode", "resize", "preprocess"):
        (HERE / folder).mkdir(parents=True, exist_ok=True)
    for name, data in encoded_images().items():
        path = HERE / "decode" / name
        path.write_bytes(data)
        if name == "animated.webp":  # Refused.
            continue
        Image.open(path).convert("RGB").save(HERE / "decode" / f"{name}.ppm")
    source = Image.fromarray(photo(47, 61, 3, 7))
    source.save(HERE / "resize" / "source.png", optimize=True)
    for size in [(23, 17), (61, 20), (20, 47), (128, 96), (64, 11), (1, 1), (3, 90), (60, 46)]:
        resized(source, size).save(HERE / "resize" / f"{size[0]}x{size[1]}.ppm")
        resized(source, size, Image.BICUBIC).save(HERE / "resize" / f"bicubic_{size[0]}x{size[1]}.ppm")
    for resize, crop in [(24, 16), (25, 18), (0, 31), (0, 40), (0, 55), (24, 40), (70, 0), (33, 33), (30, 35)]:
        preprocessed(source, resize, crop).save(HERE / "preprocess" / f"{resize}_{crop}.ppm")
    preprocessed(source, 33, 28, Image.BICUBIC).save(HERE / "preprocess" / "bicubic_33_28.ppm")
    if len(sys.argv) > 1:
        (HERE / "imagenet.tsv").write_text("".join(imagenet_lines(Path(sys.argv[1]) / "imagenet-1000")))


main()
