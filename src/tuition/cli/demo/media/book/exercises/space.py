"""Lengths, areas, powers and journeys."""

from __future__ import annotations

import math
import random
from fractions import Fraction

from tuition.cli.demo.media.book.exercises.writing import Exercise, number


def distance(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    triples = [(3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29)]
    for a, b, c in dice.sample(triples, 3):
        factor = dice.randint(1, 4)
        made.append((f"The short sides are {a * factor} and {b * factor}. Find the long side.", str(c * factor)))
    a, b, c = dice.choice(triples[:3])
    made.append((f"A ladder of {c} dm stands {a} dm from the wall. How high does it reach?", f"$sqrt({c}^2 - {a}^2) = {b}$ dm"))
    width, height, diagonal = 16, 9, dice.choice([24, 32, 55])
    real = diagonal * width / math.hypot(width, height)
    made.append((f"A screen of {diagonal} inches has the shape {width} : {height}. How wide is it?", f"about {real:.1f} inches"))
    x, y = dice.randint(2, 9), dice.randint(2, 9)
    made.append(
        (
            f"How far is the point ({x}, {y}) from the point ($-1$, 1)?",
            f"$sqrt({x + 1}^2 + {y - 1}^2) approx {math.hypot(x + 1, y - 1):.2f}$",
        )
    )
    eye = dice.choice([2, 20, 100])
    made.append(
        (f"From {eye} m above the sea, how far is the horizon? (Earth’s radius is 6,371 km.)",
         f"about {math.sqrt(2 * 6371 * eye / 1000):.1f} km")
    )  # fmt: skip
    return made


def area(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    base, height = dice.randint(6, 20), dice.randint(3, 12)
    made.append((f"A triangle has base {base} and height {height}. Find its area.", number(Fraction(base * height, 2))))
    long, short, tall = dice.randint(9, 16), dice.randint(3, 8), dice.randint(4, 9)
    made.append(
        (
            f"A roof has parallel edges of {long} m and {short} m, {tall} m apart. Find its area.",
            f"{number(Fraction((long + short) * tall, 2))} m²",
        )
    )
    radius = dice.randint(3, 12)
    made.append(
        (
            f"A round table has radius {radius} dm. Find its area and its edge.",
            f"about {math.pi * radius**2:.1f} dm² and {math.tau * radius:.1f} dm",
        )
    )
    small, large = dice.choice([(26, 32), (24, 30), (28, 36)])
    gain = (large / small) ** 2
    made.append(
        (
            f"How much more pizza is one of {large} cm than one of {small} cm?",
            f"$({large} / {small})^2 approx {gain:.2f}$: {round((gain - 1) * 100)} % more",
        )
    )
    a, b, c = dice.randint(3, 6), dice.randint(3, 5), dice.randint(2, 3)
    made.append((f"A room is {a} m by {b} m and {c} m high. How many litres of air is that?", f"{a * b * c * 1000:,} litres"))
    factor = dice.choice([2, 3])
    made.append(
        (
            f"A tin becomes {factor} times as wide and as high. How many times as much does it hold?",
            f"${factor}^3 = {factor**3}$ times",
        )
    )
    wide, deep = dice.choice([(6, 10), (7, 12), (8, 20)])
    made.append(
        (
            f"A can has a radius of {wide} cm and is {deep} cm high. How much does it hold?",
            f"about {math.pi * wide**2 * deep / 1000:.2f} litres",
        )
    )
    return made


def powers(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for _ in range(2):
        digits, power = dice.randint(12, 98) / 10, dice.randint(4, 9)
        made.append((f"Write {number(digits * 10**power, 0)} with a power of ten.", f"${digits:g} times 10^{power}$"))
    folds = dice.choice([20, 25, 30])
    thick = 0.1 * 2**folds / 1e6
    made.append(
        (f"Paper of 0.1 mm is folded {folds} times. How thick would it be?", f"$0.1 times 2^{folds}$ mm, about {thick:,.1f} km")
    )
    target, ratio = dice.choice([(1000, 2), (1_000_000, 2), (10_000, 3)])
    steps = math.ceil(math.log(target) / math.log(ratio))
    made.append(
        (
            f"How many steps of times {ratio} lead from 1 to beyond {target:,}?",
            f"{steps}, for ${ratio}^{steps} = {ratio**steps:,}$",
        )
    )
    pairs = dice.choice([(1000, 100), (100_000, 1000)])
    product = round(math.log10(pairs[0] * pairs[1]))
    made.append(
        (
            f"Find the logarithm (base ten) of ${pairs[0]} times {pairs[1]}$.",
            f"${round(math.log10(pairs[0]))} + {round(math.log10(pairs[1]))} = {product}$",
        )
    )
    louder = dice.choice([20, 30])
    made.append(
        (
            f"A sound is {louder} decibels stronger. How many times the power is that?",
            f"$10^{louder // 10} = {10 ** (louder // 10):,}$ times",
        )
    )
    half, hours = dice.choice([(6, 24), (5, 15), (8, 24)])
    made.append(
        (
            f"Half of a medicine is gone every {half} hours. How much of 400 mg is left after {hours}?",
            f"{number(Fraction(400, 2 ** (hours // half)))} mg",
        )
    )
    return made


def motion(dice: random.Random) -> list[Exercise]:
    made: list[Exercise] = []
    for speed, minutes in zip(dice.sample([15, 18, 60, 84, 90], 2), dice.sample([10, 20, 25, 40, 50], 2), strict=True):
        made.append((f"How far do you come in {minutes} minutes at {speed} km/h?", f"{number(Fraction(speed * minutes, 60))} km"))
    speed = dice.choice([18, 36, 54, 90])
    made.append((f"Turn {speed} km/h into metres a second.", f"${speed} div 3.6 = {number(Fraction(speed * 10, 36))}$ m/s"))
    gap, first, second = dice.choice([(150, 40, 60), (240, 70, 50), (90, 18, 12)])
    hours = Fraction(gap, first + second)
    made.append((f"Two trains, {gap} km apart, meet at {first} and {second} km/h. When?", f"after {number(hours)} hours"))
    seconds = dice.choice([3, 6, 9])
    made.append(
        (f"Thunder comes {seconds} seconds after the flash. How far is the storm?", f"about {seconds * 343 / 1000:.1f} km")
    )
    slow, fast = dice.choice([(12, 15), (10, 15), (20, 30)])
    made.append(
        (f"One tap fills a bath in {slow} minutes, another in {fast}. How long do they take together?",
         f"$1 / (1/{slow} + 1/{fast}) = {number(1 / (Fraction(1, slow) + Fraction(1, fast)), 1)}$ minutes")
    )  # fmt: skip
    start = dice.randint(7, 10)
    long = dice.choice([95, 130, 165, 200])
    end = start * 60 + 48 + long
    made.append((f"A film begins at {start}:48 and lasts {long} minutes. When does it end?", f"{end // 60}:{end % 60:02d}"))
    return made
