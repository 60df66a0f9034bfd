// Figures and sentences in the reader's language.
export class Words {
  constructor(sentences, language, terms) {
    this.sentences = sentences;
    this.terms = terms;
    const style = { style: "currency", currency: terms?.currency ?? "EUR" };
    this.currency = terms ? new Intl.NumberFormat(language, style) : null;
  }

  say(name, places = {}) {
    return (this.sentences[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => places[key] ?? "");
  }

  money(amount) {
    if (!this.currency || amount == null) return "";
    return this.currency.format(typeof amount === "object" ? amount.amount : amount);
  }
}

export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(":");
}
