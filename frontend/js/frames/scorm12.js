// SCORM 1.2, for the pages of a package.
import { Scorm12API } from "scorm-again/scorm12/min";
import { serve } from "../lib/scorm.js";

serve(Scorm12API, {
  name: "API",
  isLenient: true,
  words: {
    start: "LMSInitialize",
    end: "LMSFinish",
    get: "LMSGetValue",
    set: "LMSSetValue",
    commit: "LMSCommit",
    error: "LMSGetLastError",
    sentence: "LMSGetErrorString",
    diagnosis: "LMSGetDiagnostic",
  },
});
