"""Size lists as real catalogues have them, and windows of total pixels as they were met."""

from editor.imaging.sizes import SizeRule

GPT_IMAGE = ("1024x1024", "1536x1024", "1024x1536")
RATIOS = (
    "1:1", "3:2", "2:3", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9", "1:4", "4:1", "1:8",
    "8:1",
)  # fmt: skip

# name -> size strings as spelled upstream, least and most total pixels
RECORDED = {
    "gpt-image-1": (("auto", *GPT_IMAGE), 0, None),
    "gpt-image-2": (("auto", *GPT_IMAGE, "2560x1440"), 655_360, 3_686_400),
    "openai/gpt-image-2.5/flare/edit": (("1k", "2k", "4k"), 0, None),
    "dall-e": (("256*256", "512*512", "1024*1024"), 0, None),
    "nano-banana-2": (("auto", *RATIOS), 0, None),
    "nano-banana-pro": (("1k", "2k", "4k"), 0, None),
    "seedream-v4.5": (("2048x2048", "2560x1440", "1440x2560", "4k"), 3_686_400, None),
    "seedream-pro-edit": (RATIOS, 3_686_400, None),
    "flux-kontext": (("square", "square_hd", "portrait_4_3", "landscape_16_9"), 0, None),
    "flux-lora/inpainting": (("1024x1024", "1152x896", "896x1152", "1344x768"), 0, None),
    "qwen-image": (("1664*928", "1472*1140", "1328*1328", "1140*1472", "928*1664"), 0, None),
    "upscaler": (("2x", "4x"), 0, None),
    "square-lite": (("1024x1024",), 0, None),
    "nothing-said": ((), 0, None),
}

# Every rule that a person can come to: a model with each of its sizes, and with none chosen.
RULES = [
    SizeRule(sizes, asked, least, most)
    for sizes, least, most in RECORDED.values()
    for asked in ("", *sizes)
]
