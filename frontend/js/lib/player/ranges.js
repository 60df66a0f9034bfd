// Content time in whole milliseconds: sorted, half-open ranges that do not touch, such as [[0, 10000], [20000, 30000]].
export function normalize(ranges) {
  const joined = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (start >= end) continue;
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

export function holds(ranges, moment) {
  return ranges.some(([start, end]) => start <= moment && moment < end);
}

// What a <video> has fetched, as ranges.
export function bufferedOf(media) {
  return Array.from({ length: media.buffered.length }, (_, i) => [media.buffered.start(i) * 1000, media.buffered.end(i) * 1000]);
}
