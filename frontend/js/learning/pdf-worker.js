// PDF.js reads files in a thread of its own; this is that thread.
import "pdfjs-dist/build/pdf.worker.mjs";
