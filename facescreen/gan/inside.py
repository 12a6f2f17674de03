"""What goes on inside a combiner's generator: which units of its first layers are active."""

import torch
from torch import Tensor

from facescreen.gan.models import FaceCombiner, by_blocks

LAYERS = 3  # the first ones, at 4×4, 8×8 and 16×16, as Choi et al. 2022 look at


class _Units(torch.nn.Module):
    """The generator's first layers as a network from styles to the inputs of nonlinearities."""

    def __init__(self, combiner: FaceCombiner, layers: int) -> None:
        super().__init__()
        self.generator, self.layers = combiner.generator, layers

    def forward(self, styles: Tensor) -> Tensor:
        generator, seen = self.generator, []
        x = generator.start(styles[:, 0]).unflatten(1, (4, 4, -1)).permute(0, 3, 1, 2)
        for layer, upsampling in enumerate(generator.upsamplings[: self.layers]):
            shift = upsampling.to_scale_and_shift(styles[:, layer]).chunk(2, dim=1)[1]
            seen.append((x + shift[:, :, None, None]).flatten(1))
            x = upsampling(x, styles[:, layer])
        return torch.cat(seen, dim=1)


@torch.inference_mode()
def active_units(combiner: FaceCombiner, styles: Tensor, layers: int = LAYERS) -> Tensor:
    """Which units are active: styles `(N, layers, w)` → bool `(N, U)`.

    A unit is one channel at one place, active where the input of its nonlinearity is above 0.
    """
    units = _Units(combiner, layers)
    found = [by_blocks(units, rows, (1,)) > 0 for rows in styles.split(64)]
    return torch.cat(found)
