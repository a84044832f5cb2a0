"""Trains a small CNN for one more epoch whenever a line comes in, and tells what that took.

Part of samples/pytorch/run, which compares the places that images are read from. Answers with a
line 'step IMAGES' for each batch, and 'epoch IMAGES SECONDS SECONDS_WAITING LOSS' at the end.
"""

import argparse
import sys
import time
import warnings

import torch
from bucket_images import BucketImages
from image_folder import ImageFolder, ToTensor, load
from planned_sampler import PlannedSampler
from torch import nn
from torch.utils.data import DataLoader, RandomSampler


def network(classes):
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, stride=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.LazyLinear(classes),
    )


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", help="of class folders")
    options.add_argument("--mount", action="store_true", help="the folder is a Forebay mount")
    options.add_argument("--bucket", nargs=2, metavar=("ENDPOINT", "NAME"), help="instead of a folder")
    options.add_argument("--batch", type=int, default=32)
    options.add_argument("--workers", type=int, default=4)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()

    warnings.filterwarnings("ignore", message="This DataLoader will create")  # more workers than cores
    torch.manual_seed(given.seed)
    if given.bucket:
        images = BucketImages(*given.bucket, ToTensor())
    else:
        images = ImageFolder(given.folder, ToTensor(), loader=load)
    sampler = RandomSampler(images, generator=torch.Generator().manual_seed(given.seed))
    if given.mount:
        sampler = PlannedSampler(sampler, [path for path, _ in images.samples], given.folder)
    loader = DataLoader(
        images,
        batch_size=given.batch,
        sampler=sampler,
        num_workers=given.workers,
        persistent_workers=given.workers > 0,
    )
    model = network(len(images.classes))
    model(images[0][0].unsqueeze(0))  # shapes the last layer
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    loss_of = nn.CrossEntropyLoss()
    print("ready", len(images), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        waiting, trained, losses = 0.0, 0, 0.0
        batches = iter(loader)
        while True:
            asked = time.perf_counter()
            batch = next(batches, None)
            if batch is None:
                break
            waiting += time.perf_counter() - asked
            inputs, labels = batch
            optimizer.zero_grad()
            loss = loss_of(model(inputs), labels)
            loss.backward()
            optimizer.step()
            trained += len(labels)
            losses += loss.item() * len(labels)
            print("step", trained, flush=True)
        seconds = time.perf_counter() - start
        print("epoch", trained, seconds, waiting, losses / max(1, trained), flush=True)


if __name__ == "__main__":
    main()
