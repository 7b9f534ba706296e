/**
 * How far colours are from each other for people who see fewer of them.
 * @see Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency (2009)
 */

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

const sights = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const satisfies Record<string, Matrix>;

type Sight = keyof typeof sights;

export interface Distances {
  /** Contrast of each colour with the ground. */
  readonly contrasts: readonly number[];
  /** The least CIE76 distance between a colour and the next one, for each way of seeing. */
  readonly neighbours: Readonly<Record<Sight, number>>;
}

/** Measures colours, as `#rrggbb`. */
export function distances(colours: readonly string[], ground: string): Distances {
  const linear = colours.map(linearOf);
  const least = (sight: Sight): number => {
    const seen = linear.map((one) => labOf(times(sights[sight], one)));
    return Math.min(
      ...seen.slice(1).map((one, at) => {
        const before = seen[at] ?? one;
        return Math.hypot(one[0] - before[0], one[1] - before[1], one[2] - before[2]);
      }),
    );
  };
  const below = luminance(linearOf(ground));
  return {
    contrasts: linear.map((one) => {
      const own = luminance(one);
      return (Math.max(own, below) + 0.05) / (Math.min(own, below) + 0.05);
    }),
    neighbours: {
      normal: least("normal"),
      protanopia: least("protanopia"),
      deuteranopia: least("deuteranopia"),
      tritanopia: least("tritanopia"),
    },
  };
}

function linearOf(colour: string): Triple {
  const part = (at: number): number => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function times(matrix: Matrix, [r, g, b]: Triple): Triple {
  const row = ([x, y, z]: Triple): number => Math.min(1, Math.max(0, x * r + y * g + z * b));
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

function luminance([r, g, b]: Triple): number {
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function labOf(rgb: Triple): Triple {
  const f = (t: number): number => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const [r, g, b] = rgb;
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(luminance(rgb));
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
