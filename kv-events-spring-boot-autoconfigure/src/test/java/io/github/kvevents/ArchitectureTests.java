package io.github.kvevents;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.jspecify.annotations.NullMarked;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;

/**
 * The walls between the packages.
 */
@AnalyzeClasses(packages = "io.github.kvevents", importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

	private static final String ROOT = "io.github.kvevents";

	private static final String[] BOOT = { ROOT + ".autoconfigure..", ROOT + ".actuate.." };

	private static final String[] REDIS = { ROOT + ".store.redis..", ROOT + ".log..", ROOT + ".expiry..",
			ROOT + ".listener..", ROOT + ".autoconfigure.." };

	@ArchTest
	static final ArchRule packagesHaveNoCycles = slices().matching(ROOT + ".(**)").should().beFreeOfCycles();

	/**
	 * What each package may use of the others; all may use the root. What speaks to Redis
	 * by itself shares the names, the scripts and the connections of the back end; loops
	 * share how they sleep and go on after failures. Listeners are methods of beans as
	 * hooks are, and read them with the readers of hooks.
	 */
	private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(entry("support", Set.of()),
			entry("hook", Set.of("support")), entry("store", Set.of()),
			entry("store.redis", Set.of("store", "support")), entry("store.memory", Set.of("store", "support")),
			entry("core", Set.of("store", "hook", "watch", "support")),
			entry("watch", Set.of("store", "log", "support")),
			entry("expiry", Set.of("store", "store.redis", "support")),
			entry("log", Set.of("store", "store.redis", "support")),
			entry("listener", Set.of("store", "store.redis", "log", "hook", "support")),
			entry("actuate", Set.of("hook", "store", "expiry", "listener", "log", "support")));

	@ArchTest
	static void packagesUseOnlyWhatTheyMay(JavaClasses classes) {
		MAY_USE.forEach((name, others) -> {
			String[] allowed = Stream.concat(Stream.of("", "." + name), others.stream().map((other) -> "." + other))
				.map(ROOT::concat)
				.toArray(String[]::new);
			noClasses().that()
				.resideInAPackage(ROOT + "." + name)
				.should()
				.dependOnClassesThat(resideInAPackage(ROOT + "..").and(resideOutsideOfPackages(allowed)))
				.check(classes);
		});
	}

	@ArchTest
	static final ArchRule whatWasBuiltDoesNotKeepItsBuilder = fields().that()
		.areDeclaredInClassesThat()
		.resideInAPackage(ROOT + "..")
		.should()
		.notHaveRawType(simpleNameEndingWith("Builder"))
		.because("a builder may be changed after it has built, and what was built must not");

	@ArchTest
	static final ArchRule rootUsesNoOtherPackageOfOurs = noClasses().that()
		.resideInAPackage(ROOT)
		.should()
		.dependOnClassesThat()
		.resideInAPackage(ROOT + ".*..");

	@ArchTest
	static final ArchRule bootIsUsedOnlyByItsOwnPackages = noClasses().that()
		.resideOutsideOfPackages(BOOT)
		.should()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..");

	@ArchTest
	static final ArchRule nothingUsesTheBootPackages = noClasses().that()
		.resideOutsideOfPackages(BOOT)
		.should()
		.dependOnClassesThat()
		.resideInAnyPackage(BOOT);

	@ArchTest
	static final ArchRule redisIsUsedOnlyWhereItBelongs = noClasses().that()
		.resideOutsideOfPackages(REDIS)
		.should()
		.dependOnClassesThat(
				resideInAnyPackage("org.springframework.data.redis..", "io.lettuce..", "redis.clients.jedis.."));

	@ArchTest
	static final ArchRule jacksonIsUsedOnlyByTheCodecAndItsConfiguration = noClasses().that()
		.resideOutsideOfPackages(ROOT + ".core", ROOT + ".autoconfigure")
		.should()
		.dependOnClassesThat(resideInAnyPackage("tools.jackson.."));

	@ArchTest
	static final ArchRule postProcessorsAreMadeEarlyAndAlone = methods().that()
		.areAnnotatedWith(Bean.class)
		.and()
		.haveRawReturnType(DescribedPredicate.describe("a bean post-processor",
				(type) -> type.isAssignableTo(BeanPostProcessor.class)))
		.should(beStatic())
		.andShould(takeOnlyObjectProviders());

	@ArchTest
	static final ArchRule packagesAreNullMarked = classes().should(resideInANullMarkedPackage());

	private static ArchCondition<JavaMethod> beStatic() {
		return condition("be static", (method) -> method.getModifiers().contains(JavaModifier.STATIC));
	}

	private static ArchCondition<JavaMethod> takeOnlyObjectProviders() {
		return condition("take only ObjectProviders", (method) -> {
			List<JavaClass> types = method.getRawParameterTypes();
			return types.stream().allMatch((type) -> type.isEquivalentTo(ObjectProvider.class));
		});
	}

	private static ArchCondition<JavaMethod> condition(String description, Predicate<JavaMethod> predicate) {
		return new ArchCondition<>(description) {

			@Override
			public void check(JavaMethod method, ConditionEvents events) {
				boolean satisfied = predicate.test(method);
				events
					.add(new SimpleConditionEvent(method, satisfied, method.getFullName() + " should " + description));
			}

		};
	}

	private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
		return new ArchCondition<>("reside in a package whose package-info is @NullMarked") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				JavaPackage javaPackage = type.getPackage();
				boolean marked = javaPackage.tryGetPackageInfo()
					.map((info) -> info.isAnnotatedWith(NullMarked.class))
					.orElse(false);
				events.add(new SimpleConditionEvent(type, marked,
						javaPackage.getName() + (marked ? " is" : " is not") + " @NullMarked"));
			}

		};
	}

}
