// A list that is put in order by dragging, with a mouse, a finger or a pen. What it does is also done by buttons, for the keyboard.
import Sortable from "sortablejs";

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

export function sortable(list, { group, onEnd }) {
  const mark = (isSorting) => document.body.classList.toggle("is-sorting", isSorting);
  Sortable.create(list, {
    animation: still ? 0 : 150,
    emptyInsertThreshold: 12,
    fallbackOnBody: true,
    fallbackTolerance: 3,
    // Its own dragging, not the browser's: the same for every pointer.
    forceFallback: true,
    ghostClass: "is-dragged",
    group,
    handle: ".part-handle",
    swapThreshold: 0.65,
    onStart: () => mark(true),
    onEnd: ({ from, to, oldIndex, newIndex }) => {
      mark(false);
      if (from !== to || oldIndex !== newIndex) onEnd();
    },
  });
}
